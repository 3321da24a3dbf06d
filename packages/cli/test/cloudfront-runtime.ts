/** CloudFront's function runtime (cloudfront-js-2.0) as far as a function may count on it: nothing else is there. */
import { createHmac } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'

type Field = { value: string }
export type ViewerRequest = { method: string; uri: string; querystring: Record<string, Field>; headers: Record<string, Field>; cookies: Record<string, Field> }
export type FunctionResult = ViewerRequest | { statusCode: number; statusDescription: string; headers: Record<string, Field>; body?: string }

/** Runs `handler` once. Throws what the function throws. No console, timers, URL or process; of crypto hashes and HMACs. */
export function runFunction(code: string, request: Partial<ViewerRequest>, ip = '127.0.0.1', nowMs = Date.now()): FunctionResult {
  const hmac = (algorithm: string, key: Uint8Array | string) => {
    if (!['md5', 'sha1', 'sha256'].includes(algorithm)) throw new Error(`no algorithm ${algorithm}`)
    const made = createHmac(algorithm, key)
    const wrapped = {
      update(text: string) {
        made.update(text)
        return wrapped
      },
      digest(encoding: 'hex' | 'base64' | 'base64url') {
        return made.digest(encoding)
      },
    }
    return wrapped
  }
  const modules: Record<string, object> = { crypto: { createHmac: hmac }, querystring: {} }
  const context = createContext(
    {
      require(name: string) {
        if (!(name in modules)) throw new Error(`there is no module ${name}`)
        return modules[name]
      },
      Buffer: { from: (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding) },
      event: JSON.stringify({
        version: '1.0',
        context: { distributionDomainName: 'd111111abcdef8.cloudfront.net', eventType: 'viewer-request', requestId: 'r' },
        viewer: { ip },
        request: { method: 'GET', querystring: {}, headers: {}, cookies: {}, ...request },
      }),
      nowMs,
    },
    { codeGeneration: { strings: false, wasm: false } },
  )
  const result = runInContext(`'use strict'; Date.now = () => nowMs; ${code}\n;JSON.stringify(handler(JSON.parse(event)))`, context, { timeout: 1000 }) as string
  return JSON.parse(result) as FunctionResult
}
