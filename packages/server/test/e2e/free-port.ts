/** Finds a port for a program that can't tell which one it took. */
import { createServer, type AddressInfo } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening))
  const { port } = listener.address() as AddressInfo
  await new Promise((closed) => listener.close(closed))
  return port
}
