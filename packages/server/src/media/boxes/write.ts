/** Writes ISO BMFF boxes (ISO/IEC 14496-12 §4.2). */

export const u8 = (...values: number[]): Buffer => Buffer.from(values)
export const u16 = (...values: number[]): Buffer => numbers(2, values)
export const u32 = (...values: number[]): Buffer => numbers(4, values)
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
export const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')

function numbers(size: number, values: number[]): Buffer {
  const bytes = Buffer.alloc(size * values.length)
  values.forEach((value, index) => bytes.writeUIntBE(value, index * size, size))
  return bytes
}

export function box(type: string, ...content: Uint8Array[]): Buffer {
  const size = content.reduce((sum, part) => sum + part.length, 8)
  return Buffer.concat([u32(size), ascii(type), ...content])
}

/** A box with version and flags (ISO/IEC 14496-12 §4.2.2). */
export const fullBox = (type: string, version: number, flags: number, ...content: Uint8Array[]): Buffer =>
  box(type, u32(version * 0x1000000 + flags), ...content)

/** CMAF's fragmented track (ISO/IEC 23000-19 §7.2), DASH media; `iso6` for tfdt and signed composition offsets. */
export const cmafFileType = (): Buffer => box('ftyp', ascii('iso6'), u32(0), ascii('iso6'), ascii('cmf2'), ascii('cmfc'), ascii('dash'), ascii('mp41'))
