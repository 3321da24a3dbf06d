/** Reads ISO BMFF boxes (ISO/IEC 14496-12 §4.2) from memory, checking every bound: the bytes may come from anywhere. */

/** `start` is where the header begins, `body` where the content does, `end` one past the last byte. */
export type Box = { type: string; start: number; body: number; end: number }

/** The bytes are not the boxes that they claim to be. */
export class BadBoxes extends Error {
  override name = 'BadBoxes'
}

/** The boxes in [from, to), which they must fill exactly. */
export function boxesIn(bytes: Buffer, from = 0, to = bytes.length): Box[] {
  const boxes: Box[] = []
  for (let at = from; at < to; ) {
    const box = boxHeader(bytes.subarray(0, to), at)
    if (!box) throw new BadBoxes(`no whole box at ${at}`)
    boxes.push(box)
    at = box.end
  }
  return boxes
}

/** The box whose header is at `at`, or undefined where it is not whole. */
export function boxHeader(bytes: Buffer, at: number): Box | undefined {
  if (at + 8 > bytes.length) return undefined
  let size = bytes.readUInt32BE(at)
  const type = bytes.toString('latin1', at + 4, at + 8)
  let body = at + 8
  if (size === 1) {
    if (at + 16 > bytes.length) return undefined
    const large = bytes.readBigUInt64BE(at + 8)
    if (large > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadBoxes(`box ${type} at ${at} is too large`)
    size = Number(large)
    body = at + 16
  } else if (size === 0) size = bytes.length - at
  if (size < body - at) throw new BadBoxes(`box ${type} at ${at} is smaller than its header`)
  return at + size > bytes.length ? undefined : { type, start: at, body, end: at + size }
}

/** The first box of that path below [from, to): `['moov', 'trak', 'mdia']`. Throws BadBoxes where there is none. */
export function findBox(bytes: Buffer, path: readonly string[], from = 0, to = bytes.length): Box {
  let box: Box | undefined
  for (const type of path) {
    box = boxesIn(bytes, box?.body ?? from, box?.end ?? to).find((one) => one.type === type)
    if (!box) throw new BadBoxes(`no ${path.join('/')} box`)
  }
  return box!
}

/** Reads big-endian numbers within one box; leaving it throws BadBoxes. */
export function boxReader(bytes: Buffer, box: Box, from = box.body) {
  let at = from
  const take = (size: number): number => {
    if (at + size > box.end) throw new BadBoxes(`box ${box.type} is too short`)
    at += size
    return at - size
  }
  return {
    u8: () => bytes.readUInt8(take(1)),
    u16: () => bytes.readUInt16BE(take(2)),
    u24: () => bytes.readUIntBE(take(3), 3),
    u32: () => bytes.readUInt32BE(take(4)),
    i32: () => bytes.readInt32BE(take(4)),
    u64: () => {
      const value = bytes.readBigUInt64BE(take(8))
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadBoxes(`a number in ${box.type} is too large`)
      return Number(value)
    },
    skip: (size: number) => void take(size),
    bytes: (size: number) => bytes.subarray(take(size), at),
    position: () => at,
    left: () => box.end - at,
  }
}
