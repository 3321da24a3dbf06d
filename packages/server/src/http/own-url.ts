/** The address at which a process reaches itself, from the host that it listens on. */

/** An empty host listens on all addresses too, as Node has it. */
const wildcards = ['', '0.0.0.0', '::']

/** Loopback only where all addresses are listened on: who listens on a particular one is reached at that alone. */
export function ownUrl(host: string, port: number): string {
  const reached = wildcards.includes(host) ? '127.0.0.1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}
