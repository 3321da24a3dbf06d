/** Cuts an ADTS stream (ISO/IEC 13818-7 §6.2) into raw AAC frames, as its bytes come. */

/** The stream lost its sync word: what wrote it was not an AAC encoder. */
export class BadAdts extends Error {
  override name = 'BadAdts'
}

/** Feed it bytes in any pieces; it answers the frames that became whole, without their headers. */
export function adtsParser(): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const frames: Buffer[] = []
    while (bytes.length >= 7) {
      if (bytes.readUInt16BE(0) >>> 4 !== 0xfff) throw new BadAdts('no ADTS sync word')
      const headerBytes = bytes[1]! & 1 ? 7 : 9
      const frameBytes = ((bytes[3]! & 3) << 11) | (bytes[4]! << 3) | (bytes[5]! >>> 5)
      if (frameBytes <= headerBytes) throw new BadAdts('an empty ADTS frame')
      if (bytes.length < frameBytes) break
      frames.push(Buffer.from(bytes.subarray(headerBytes, frameBytes)))
      bytes = bytes.subarray(frameBytes)
    }
    rest = Buffer.from(bytes)
    return frames
  }
}
