/** The kinds of a setting: how its text is parsed, and what is wrong with it when it can't be. */

export type Kind<T> = {
  meaning: string
  /** As it would stand in the environment. */
  defaultText: string
  /** What may be written, for the documentation and for errors. */
  accepts: string
  /** Throws an Error that says what is accepted. */
  parse: (text: string) => T
}

function kind<T>(defaultText: string, accepts: string, meaning: string, parse: (text: string) => T | undefined, { isTold = true } = {}): Kind<T> {
  return {
    meaning,
    defaultText,
    accepts,
    parse(value) {
      const parsed = parse(value)
      if (parsed === undefined) throw new Error(`${isTold ? JSON.stringify(value) : 'this'} is not ${accepts}`)
      return parsed
    },
  }
}

/** Of what there may be a secret or a password in: errors are printed and logged, and say what is wrong without it. */
const untold = { isTold: false }

export const text = (fallback: string, meaning: string): Kind<string> => kind(fallback, 'text', meaning, (value) => value)

/** Text that nobody can guess, or nothing. */
export const secret = (meaning: string): Kind<string> =>
  kind('', 'nothing, or 32 characters or more without spaces', meaning, (value) => (value === '' || /^[\x21-\x7e]{32,512}$/.test(value) ? value : undefined), untold)

/** An origin (`https://video.example.org`, no path), without its trailing slash; empty for none. */
export const origin = (meaning: string): Kind<string> =>
  kind('', 'an address such as https://video.example.org, without a path', meaning, (value) => {
    if (value === '') return value
    const url = URL.canParse(value) ? new URL(value) : undefined
    return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? url.origin : undefined
  }, untold)

/** Origins by commas, in their order; empty for none. */
export const origins = (meaning: string): Kind<string[]> =>
  kind('', 'addresses such as https://cdn.example.org, without paths, by commas', meaning, (value) => {
    const parts = value.split(',').map((part) => part.trim()).filter(Boolean)
    const good = parts.flatMap((part) => (URL.canParse(part) && /^https?:$/.test(new URL(part).protocol) && new URL(part).href === `${new URL(part).origin}/` ? [new URL(part).origin] : []))
    return good.length === parts.length && good.length <= 8 ? [...new Set(good)] : undefined
  }, untold)

export const redisUrl = (fallback: string, meaning: string): Kind<string> =>
  kind(fallback, 'an address such as redis://127.0.0.1:6379', meaning, (value) => (URL.canParse(value) && /^rediss?:\/\/[^/]/.test(value) ? value : undefined), untold)

export const integer = (fallback: number, range: { min: number; max: number }, meaning: string): Kind<number> =>
  kind(String(fallback), `a whole number from ${range.min} to ${range.max}`, meaning, (value) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : NaN
    return number >= range.min && number <= range.max ? number : undefined
  })

export const decimal = (fallback: number, range: { min: number; max: number }, meaning: string): Kind<number> =>
  kind(String(fallback), `a number from ${range.min} to ${range.max}`, meaning, (value) => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN
    return number >= range.min && number <= range.max ? number : undefined
  })

/** `host` or `host:port`, several by commas; an IPv6 address in brackets. */
export const addresses = (fallback: string, meaning: string): Kind<string[]> =>
  kind(fallback, 'addresses such as db1.example.org:9042, by commas', meaning, (value) => {
    const parts = value.split(',').map((part) => part.trim())
    return parts.every((part) => /^(\[[0-9a-fA-F:]+\]|[\w.-]+)(:\d{1,5})?$/.test(part)) ? parts : undefined
  }, untold)

const units: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** A command line: words, those with spaces in double quotes; it must name `{audio}`. Empty for none. */
export const command = (meaning: string): Kind<string[]> =>
  kind('', 'a program with its arguments, one of them {audio}', meaning, (value) => {
    const words = value.match(/"[^"]*"|[^\s"]+/g) ?? []
    const isWhole = words.join('').length === value.replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length
    const isCommand = words.length > 1 && words.slice(1).some((word) => word.includes('{audio}'))
    return value.trim() === '' || (isWhole && isCommand) ? words.map((word) => word.replaceAll('"', '')) : undefined
  }, untold)

/** A size: bytes, or with K, M, G or T in powers of 1024. */
export const bytes = (fallback: number, meaning: string): Kind<number> =>
  kind(String(fallback), 'a size such as 500M or 100G', meaning, (value) => {
    const m = /^(\d+)([kmgt]?)$/i.exec(value)
    return m ? Number(m[1]) * units[m[2]!.toLowerCase()]! : undefined
  })

export const boolean = (fallback: boolean, meaning: string): Kind<boolean> =>
  kind(String(fallback), 'true or false', meaning, (value) => (value === 'true' ? true : value === 'false' ? false : undefined))

export const choice = <const T extends string>(fallback: T, of: readonly T[], meaning: string): Kind<T> =>
  kind<T>(fallback, `one of ${of.join(', ')}`, meaning, (value) => of.find((one) => one === value))

export const list = <const T extends string>(fallback: readonly T[], of: readonly T[], meaning: string): Kind<T[]> =>
  kind<T[]>(fallback.join(','), `a list of ${of.join(', ')}`, meaning, (value) => {
    const parts = value.split(',').map((part) => part.trim())
    const known = parts.filter((part): part is T => of.some((one) => one === part))
    return known.length === parts.length ? [...new Set(known)] : undefined
  })
