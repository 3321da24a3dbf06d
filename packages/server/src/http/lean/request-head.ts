/**
 * Reads the head of a plain request: GET, HEAD or OPTIONS without a body, whole in one chunk. Strict on purpose: whatever
 * could be read in two ways (folded lines, bare line feeds, lengths, encodings, upgrades) is left to node:http's parser.
 */
import type { IncomingHttpHeaders } from 'node:http'

export type RequestHead = {
  method: 'GET' | 'HEAD' | 'OPTIONS'
  url: string
  fields: Fields
  /** Bytes of the chunk that it takes. */
  length: number
}

export type Fields = { block: string; byName: ReadonlyMap<string, string>; close: boolean }

const methods = ['GET', 'HEAD', 'OPTIONS'] as const
const urlPattern = /^\/[\x21-\x7e]*$/
/** The value begins with what is no blank: two ways to read a run of blanks would take its length squared. */
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[\x21-\x7e\x80-\xff][\x20-\x7e\x80-\xff]*)?)$/
/** They give a message a body, or the connection another meaning. */
const elsewhere = new Set<keyof IncomingHttpHeaders>(['content-length', 'transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'http2-settings'])
const longestHead = 16_384

/** `known`: what the last request of the connection had, which the next one mostly repeats. Undefined for any other request. */
export function readRequestHead(chunk: Buffer, known: Fields | undefined): RequestHead | undefined {
  if (chunk.length > longestHead) return undefined
  const text = chunk.toString('latin1')
  const lineEnd = text.indexOf('\r\n')
  const end = text.indexOf('\r\n\r\n', lineEnd)
  if (lineEnd < 0 || end < 0) return undefined
  const method = methods.find((one) => text.startsWith(one) && text.charCodeAt(one.length) === 32)
  if (!method || !text.startsWith(' HTTP/1.1', lineEnd - 9)) return undefined
  const url = text.slice(method.length + 1, lineEnd - 9)
  if (!urlPattern.test(url)) return undefined
  const block = text.slice(lineEnd + 2, end)
  const fields = known?.block === block ? known : readFields(block)
  return fields && { method, url, fields, length: end + 4 }
}

function readFields(block: string): Fields | undefined {
  const byName = new Map<string, string>()
  for (const line of block.split('\r\n')) {
    const m = fieldPattern.exec(line)
    if (!m) return undefined
    const name = m[1]!.toLowerCase()
    if (elsewhere.has(name)) return undefined
    const before = byName.get(name)
    // Two hosts are an attack or a mistake.
    if (name === 'host' && before !== undefined) return undefined
    const value = m[2]!.trimEnd()
    byName.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const connection = byName.get('connection')?.toLowerCase()
  if (!byName.has('host') || (connection !== undefined && connection !== 'keep-alive' && connection !== 'close')) return undefined
  return { block, byName, close: connection === 'close' }
}
