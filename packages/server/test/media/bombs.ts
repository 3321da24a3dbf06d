/** Small files that ask for much: tables, tags and headers that cost whoever opens them memory or time out of all proportion to their bytes. */
import { crc32, deflateSync, gzipSync } from 'node:zlib'
import type { MediaFailureCode } from '@sluice/contract'
import { ascii, box, fullBox, u16, u32, u64 } from '../../src/media/boxes/write.ts'

/** `outcome`: the codes that it may be refused with; `plays` where it is harmless once its cost is bounded. */
export type Bomb = { name: string; outcome: (MediaFailureCode | 'plays')[]; bytes: () => Buffer }

const side = 16
const frameBytes = side * side * 3
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
const mvhd = (seconds: number) => fullBox('mvhd', 0, 0, u32(0, 0, 1000, seconds * 1000, 0x10000), Buffer.alloc(12), matrix, Buffer.alloc(24), u32(2))
const rawEntry = box('raw ', Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(side, side), u32(0x480000, 0x480000, 0), u16(1), Buffer.alloc(32), u16(24, 0xffff))

type Tables = { stts: Buffer; stsz: Buffer; stsc?: Buffer; stco?: Buffer; more?: Buffer[]; edts?: Buffer; seconds?: number }

/** A track of uncompressed pictures. */
function track({ stts, stsz, stsc = u32(1, 1, 1, 1), stco = u32(1, 48), more = [], edts = Buffer.alloc(0), seconds = 10 }: Tables): Buffer {
  const stbl = box('stbl', fullBox('stsd', 0, 0, u32(1), rawEntry), fullBox('stts', 0, 0, stts), fullBox('stsc', 0, 0, stsc), fullBox('stsz', 0, 0, stsz), fullBox('stco', 0, 0, stco), ...more)
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)))
  const minf = box('minf', fullBox('vmhd', 0, 1, Buffer.alloc(8)), dinf, stbl)
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, 1000, seconds * 1000), u16(0x55c4, 0))
  const hdlr = fullBox('hdlr', 0, 0, u32(0), ascii('vide'), Buffer.alloc(13))
  const tkhd = fullBox('tkhd', 0, 3, u32(0, 0, 1, 0, seconds * 1000), Buffer.alloc(16), matrix, u32(side * 65536, side * 65536))
  return box('trak', tkhd, edts, box('mdia', mdhd, hdlr, minf))
}

const fileType = box('ftyp', ascii('qt  '), u32(0), ascii('qt  '))
/** The pictures first, at offset 28. */
const movie = (frames: number, ...moov: Buffer[]): Buffer => Buffer.concat([fileType, box('mdat', Buffer.alloc(frames * frameBytes, 90)), box('moov', ...moov)])
const plain = (frames: number): Tables => ({ stts: u32(1, frames, 40), stsz: u32(frameBytes, frames), stsc: u32(1, 1, frames, 1), stco: u32(1, 28) })

/** Matroska's variable-length number in eight bytes, and an element. */
const size8 = (value: number): Buffer => {
  const bytes = u64(value)
  bytes[0] = 1
  return bytes
}
const element = (id: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  const name = Buffer.from(id.toString(16).padStart(id > 0xffff ? (id > 0xffffff ? 8 : 6) : id > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([name, size8(body.length), body])
}
const ebml = element(0x1a45dfa3, element(0x4282, ascii('matroska')), element(0x4287, Buffer.from([4])), element(0x4285, Buffer.from([2])))
const info = element(0x1549a966, element(0x2ad7b1, u32(1_000_000)), element(0x4489, Buffer.from('40c3880000000000', 'hex')))
const video = element(0x1654ae6b, element(0xae,
  element(0xd7, Buffer.from([1])), element(0x73c5, Buffer.from([1])), element(0x83, Buffer.from([1])), element(0x86, ascii('V_UNCOMPRESSED')),
  element(0xe0, element(0xb0, u16(side)), element(0xba, u16(side)), element(0x2eb524, ascii('RGB\x18')))))
const block = (ms: number, payload: Buffer = Buffer.alloc(frameBytes, 90), flags = 0x80) => element(0xa3, Buffer.from([0x81]), u16(ms & 0xffff), Buffer.from([flags]), payload)
const cluster = (ms: number, ...blocks: Buffer[]) => element(0x1f43b675, element(0xe7, u32(ms)), ...blocks)
const matroska = (...parts: Buffer[]) => Buffer.concat([ebml, element(0x18538067, ...parts)])
const clusters = () => Array.from({ length: 10 }, (_, second) => cluster(second * 1000, repeat(25, (index) => block(index * 40))))

const crc32mpeg = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc = (crc ^ (byte << 24)) >>> 0
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1) >>> 0
  }
  return crc
}

/** Program tables of a transport stream that names 65 535 programs, over and over. */
function manyPrograms(): Buffer {
  const packets: Buffer[] = []
  let counter = 0
  for (let first = 1; first < 65_536; first += 250) {
    const programs = Array.from({ length: Math.min(250, 65_536 - first) }, (_, index) => u16(first + index, 0xe000 + 32 + ((first + index) % 8000)))
    const body = Buffer.concat([u16(1), Buffer.from([0xc1 | ((counter & 15) << 1), 0, 0]), ...programs])
    const section = Buffer.concat([Buffer.from([0]), u16(0xb000 | (body.length + 4)), body])
    const whole = Buffer.concat([Buffer.from([0]), section, u32(crc32mpeg(section))])
    for (let at = 0; at < whole.length; at += 184) {
      const payload = Buffer.alloc(184, 0xff)
      whole.copy(payload, 0, at)
      packets.push(Buffer.concat([Buffer.from([0x47, at === 0 ? 0x40 : 0, 0, 0x10 | (counter++ & 15)]), payload]))
    }
  }
  return Buffer.concat(packets)
}

/** Many alike, as one. */
const repeat = (count: number, make: (n: number) => Uint8Array): Buffer => Buffer.concat(Array.from({ length: count }, (_, n) => make(n)))

const le = (size: number, ...values: number[]): Buffer => {
  const bytes = Buffer.alloc(size * values.length)
  values.forEach((value, index) => bytes.writeUIntLE(value, index * size, size))
  return bytes
}
const riff = (id: string, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  return Buffer.concat([ascii(id), le(4, body.length), body])
}

/** OpenDML: a super index whose entries are the super index itself. */
function loopingIndex(entries: number): Buffer {
  const avih = riff('avih', le(4, 40_000, 0, 0, 0x10, 250, 0, 1, 0, side, side, 0, 0, 0, 0))
  const strh = riff('strh', ascii('vidsRGB '), le(4, 0, 0, 0, 1, 25, 0, 250, 0, 0xffffffff, 0), le(2, 0, 0, side, side))
  const strf = riff('strf', le(4, 40, side, side), le(2, 1, 24), le(4, 0, frameBytes, 0, 0, 0, 0))
  const before = 12 + 12 + avih.length + 12 + strh.length + strf.length
  const entry = Buffer.concat([le(4, before, 0), le(4, 100, 1)])
  const indx = riff('indx', le(2, 4), Buffer.from([0, 0]), le(4, entries), ascii('00dc'), le(4, 0, 0, 0), repeat(entries, () => entry))
  const strl = riff('LIST', ascii('strl'), strh, strf, indx)
  const hdrl = riff('LIST', ascii('hdrl'), avih, strl)
  const movi = riff('LIST', ascii('movi'), repeat(250, () => riff('00db', Buffer.alloc(frameBytes, 90))))
  return riff('RIFF', ascii('AVI '), hdrl, movi)
}

const comments = (count: number): Buffer => Buffer.concat([le(4, 1), ascii('x'), le(4, count), repeat(count, (n) => {
  const text = ascii(`K${n}=v`)
  return Buffer.concat([le(4, text.length), text])
})])
/** FLAC: stream info, then a comment block of many names. */
const flac = (count: number): Buffer => {
  const info = Buffer.concat([u16(4096, 4096), Buffer.alloc(6), Buffer.from('0ac442f000000000', 'hex'), Buffer.alloc(16)])
  const text = comments(count)
  const head = (last: boolean, type: number, length: number) => u32((last ? 0x80000000 : 0) + type * 2 ** 24 + length)
  return Buffer.concat([ascii('fLaC'), head(false, 0, 34), info, head(true, 4, text.length), text, Buffer.from('fff8', 'hex'), Buffer.alloc(4000)])
}

const deep = (levels: number): Buffer => {
  let inner: Buffer = Buffer.alloc(0)
  for (let n = 0; n < levels; n++) inner = box('meta', u32(0), inner)
  return inner
}

/** PNG with a picture of one colour: `side` squared pixels of eight bytes in a thousandth of that. */
function png(side: number): Buffer {
  const chunk = (type: string, ...content: Buffer[]) => {
    const body = Buffer.concat([ascii(type), ...content])
    return Buffer.concat([u32(body.length - 4), body, u32(crc32(body))])
  }
  const rows = deflateSync(Buffer.alloc((side * 8 + 1) * side), { level: 1 })
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', u32(side, side), Buffer.from([16, 6, 0, 0, 0])), chunk('IDAT', rows), chunk('IEND')])
}
const pngVideo = (side: number) => element(0x1654ae6b, element(0xae,
  element(0xd7, Buffer.from([1])), element(0x73c5, Buffer.from([1])), element(0x83, Buffer.from([1])), element(0x86, ascii('V_MS/VFW/FOURCC')),
  element(0x63a2, le(4, 40, side, side), le(2, 1, 24), ascii('MPNG'), le(4, side * side * 3, 0, 0, 0, 0)),
  element(0xe0, element(0xb0, u16(side)), element(0xba, u16(side)))))

const flvTag = (type: number, ms: number, body: Buffer) => Buffer.concat([u32(type * 2 ** 24 + body.length), u32(((ms & 0xffffff) << 8 | (ms >>> 24)) >>> 0).subarray(0, 4), Buffer.alloc(3), body, u32(body.length + 11)])
const flvText = (text: string) => Buffer.concat([u16(text.length), ascii(text)])
/** FLV whose script has two arrays of that many numbers, and endless nesting beside it. */
function script(count: number, levels: number): Buffer {
  const numbers = Buffer.concat([Buffer.from([10]), u32(count), repeat(count, () => Buffer.from('004000000000000000', 'hex'))])
  const deep = Buffer.concat([repeat(levels, () => Buffer.concat([Buffer.from([3]), flvText('x')])), Buffer.from([5]), repeat(levels, () => Buffer.from([0, 0, 9]))])
  const body = Buffer.concat([Buffer.from([2]), flvText('onMetaData'), Buffer.from([8]), u32(2), flvText('keyframes'), Buffer.from([3]), flvText('times'), numbers, flvText('filepositions'), numbers, Buffer.from([0, 0, 9]), flvText('deep'), deep, Buffer.from([0, 0, 9])])
  return Buffer.concat([ascii('FLV'), Buffer.from([1, 1]), u32(9, 0), flvTag(18, 0, body), ...Array.from({ length: 25 }, (_, n) => flvTag(9, n * 40, Buffer.from([0x12, 0, 0, 0, 0])))])
}

export const bombs: Bomb[] = [
  { name: 'sample-count.mov', outcome: ['damaged', 'limits'], bytes: () => movie(10, mvhd(10), track({ stts: u32(1, 100_000_000, 1), stsz: u32(frameBytes, 100_000_000), stsc: u32(1, 1, 100_000_000, 1), stco: u32(1, 28) })) },
  { name: 'sample-count-max.mov', outcome: ['damaged', 'limits'], bytes: () => movie(10, mvhd(10), track({ stts: u32(1, 0x7fffffff, 1), stsz: u32(1, 0x7fffffff), stsc: u32(1, 1, 0x7fffffff, 1), stco: u32(1, 28) })) },
  { name: 'composition-count.mov', outcome: ['limits', 'truncated'], bytes: () => movie(10, mvhd(10), track({ ...plain(250), more: [fullBox('ctts', 0, 0, u32(0x0fffffff, 1, 1))] })) },
  { name: 'composition-run.mov', outcome: ['plays'], bytes: () => movie(250, mvhd(10), track({ ...plain(250), more: [fullBox('ctts', 0, 0, u32(1, 0x7fffffff, 1))] })) },
  { name: 'time-count.mov', outcome: ['limits', 'truncated'], bytes: () => movie(10, mvhd(10), track({ ...plain(250), stts: u32(0x0fffffff, 1, 1) })) },
  { name: 'edits.mov', outcome: ['limits'], bytes: () => movie(250, mvhd(10), track({ ...plain(20_000), edts: box('edts', fullBox('elst', 0, 0, u32(20_000), repeat(20_000, () => u32(800_000, 0, 0x10000)))) })) },
  { name: 'fragment-run.mp4', outcome: ['limits'], bytes: () => Buffer.concat([fileType, box('moov', mvhd(0), track({ stts: u32(0), stsz: u32(0, 0), stsc: u32(0), stco: u32(0), seconds: 0 }), box('mvex', fullBox('trex', 0, 0, u32(1, 1, 40, frameBytes, 0)))),
    box('moof', fullBox('mfhd', 0, 0, u32(1)), box('traf', fullBox('tfhd', 0, 0x20000, u32(1)), fullBox('trun', 0, 0, u32(0x07ffffff)))), box('mdat', Buffer.alloc(frameBytes * 250, 90))]) },
  { name: 'fragments.mp4', outcome: ['plays'], bytes: () => Buffer.concat([fileType, box('moov', mvhd(0), track({ stts: u32(0), stsz: u32(0, 0), stsc: u32(0), stco: u32(0), seconds: 0 }), box('mvex', fullBox('trex', 0, 0, u32(1, 1, 40, frameBytes, 0)))),
    repeat(200_000, (n) => box('moof', fullBox('mfhd', 0, 0, u32(n + 1)), box('traf', fullBox('tfhd', 0, 0x20000, u32(1)), fullBox('trun', 0, 0, u32(1)))))]) },
  { name: 'compressed-header.mov', outcome: ['limits'], bytes: () => {
    const body = Buffer.alloc(400_000_000)
    mvhd(10).copy(body, 8)
    const packed = deflateSync(body, { level: 1 })
    return Buffer.concat([fileType, box('moov', box('cmov', box('dcom', ascii('zlib')), box('cmvd', u32(body.length), packed))), box('mdat', Buffer.alloc(1000))])
  } },
  { name: 'deep.mp4', outcome: ['plays'], bytes: () => movie(250, mvhd(10), track(plain(250)), deep(20_000)) },
  { name: 'keys.mov', outcome: ['limits'], bytes: () => {
    const count = 200_000
    const keys = fullBox('keys', 0, 0, u32(count), repeat(count, (n) => box('mdta', ascii(`k${n}`))))
    const ilst = box('ilst', repeat(count, (n) => {
      const item = box('xxxx', box('data', u32(1, 0), ascii('v')))
      item.writeUInt32BE(n + 1, 4)
      return item
    }))
    return movie(250, mvhd(10), track(plain(250)), box('meta', fullBox('hdlr', 0, 0, u32(0), ascii('mdta'), Buffer.alloc(13)), keys, ilst))
  } },
  { name: 'long-tag.mp4', outcome: ['limits', 'plays'], bytes: () => movie(250, mvhd(10), track(plain(250)), box('udta', box('meta', u32(0), fullBox('hdlr', 0, 0, u32(0), ascii('mdir'), Buffer.alloc(13)), box('ilst', box('\xa9nam', box('data', u32(1, 0), Buffer.alloc(80_000_000, 97))))))) },
  { name: 'lacing.mkv', outcome: ['damaged'], bytes: () => matroska(info, video, repeat(20_000, (n) => cluster(n, element(0xa3, Buffer.from([0x81, 0, 0, 0x84, 255]), Buffer.alloc(0))))) },
  { name: 'chapters.mkv', outcome: ['limits'], bytes: () => matroska(info, video, element(0x1043a770, element(0x45b9, repeat(150_000, (n) => element(0xb6, element(0x73c4, u32(1_000_000 - n)), element(0x91, u32(n)), element(0x80, element(0x85, ascii('c'))))))), ...clusters()) },
  { name: 'nested-chapters.mkv', outcome: ['plays'], bytes: () => {
    let inner: Buffer = Buffer.alloc(0)
    for (let n = 0; n < 5000; n++) inner = element(0xb6, element(0x73c4, u32(n + 1)), element(0x91, u32(n)), inner)
    return matroska(info, video, element(0x1043a770, element(0x45b9, inner)), ...clusters())
  } },
  { name: 'linked-segments.mkv', outcome: ['plays'], bytes: () => matroska(element(0x1549a966, element(0x2ad7b1, u32(1_000_000)), element(0x73a4, Buffer.alloc(16, 1)), element(0x3cb923, Buffer.alloc(16, 1)), element(0x3eb923, Buffer.alloc(16, 1))), video, ...clusters()) },
  { name: 'tags.mkv', outcome: ['limits'], bytes: () => matroska(info, video, element(0x1254c367, element(0x7373, element(0x63c0), repeat(150_000, (n) => element(0x67c8, element(0x45a3, ascii(`T${n}`)), element(0x4487, ascii('v')))))), ...clusters()) },
  { name: 'comments.flac', outcome: ['limits'], bytes: () => flac(300_000) },
  { name: 'programs.ts', outcome: ['limits'], bytes: manyPrograms },
  { name: 'index-loop.avi', outcome: ['plays'], bytes: () => loopingIndex(2) },
  { name: 'index-loop-wide.avi', outcome: ['plays'], bytes: () => loopingIndex(1000) },
  { name: 'index-loop-deep.avi', outcome: ['plays'], bytes: () => loopingIndex(100_000) },
  { name: 'picture-grows.mkv', outcome: ['plays'], bytes: () => { const [small, large] = [png(64), png(5900)]; return matroska(info, pngVideo(64), cluster(0, repeat(60, (n) => block(n * 40, n < 55 ? small : large)))) } },
  { name: 'picture-16k.mkv', outcome: ['plays', 'limits'], bytes: () => { const one = png(64); return matroska(info, pngVideo(16_384), cluster(0, repeat(250, (n) => block(n * 40, one)))) } },
  { name: 'animation.mp4', outcome: ['not_media'], bytes: () => { const one = png(64); return Buffer.concat([one.subarray(0, 33), Buffer.from('000000086163544c00ffffff00000000', 'hex'), u32(crc32(Buffer.from('6163544c00ffffff00000000', 'hex'))), one.subarray(33)]) } },
  { name: 'script.flv', outcome: ['damaged', 'limits'], bytes: () => script(1_000_000, 100_000) },
  { name: 'gzip.mp4', outcome: ['not_media'], bytes: () => gzipSync(Buffer.alloc(100_000_000)) },
  { name: 'captions.mp4', outcome: ['not_media'], bytes: () => Buffer.from(`WEBVTT\n\n${'00:00.000 --> 99:00:00.000\nx\n\n'.repeat(50_000)}`) },
  { name: 'subviewer.mp4', outcome: ['not_media'], bytes: () => Buffer.from(`[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n${'00:00:01.00,00:00:02.00\nx\n\n'.repeat(50_000)}`) },
  { name: 'tape.mp4', outcome: ['not_media'], bytes: () => { const head = Buffer.alloc(512); head.write('x.mp4'); head.write('0000644\x000000000\x000000000\x0000001000000\x0000000000000\x00', 100); head.write('ustar', 257); return Buffer.concat([head, movie(250, mvhd(10), track(plain(250)))]) } },
  { name: 'slow-sound.wav', outcome: ['limits'], bytes: () => riff('RIFF', ascii('WAVE'), riff('fmt ', le(2, 1, 1), le(4, 1, 1), le(2, 1, 8)), riff('data', Buffer.alloc(1_000_000))) },
  { name: 'fast-sound.wav', outcome: ['not_media', 'limits'], bytes: () => riff('RIFF', ascii('WAVE'), riff('fmt ', le(2, 1, 60_000), le(4, 0x7fffffff, 0x7fffffff), le(2, 60_000, 8)), riff('data', Buffer.alloc(1_000_000))) },
  { name: 'table.tta', outcome: ['not_media'], bytes: () => Buffer.concat([ascii('TTA1'), le(2, 1, 2, 16), le(4, 44_100, 0x7fffffff * 2, 0), Buffer.alloc(100_000)]) },
  { name: 'table.ape', outcome: ['not_media'], bytes: () => Buffer.concat([ascii('MAC '), le(2, 3990, 0), le(4, 52, 24, 0xfffffff0, 0, 0, 0, 0), Buffer.alloc(16), le(2, 1000, 0), le(4, 73_728, 100, 0x3ffffff0), le(2, 16, 2), le(4, 44_100), Buffer.alloc(100_000)]) },
  { name: 'packets.caf', outcome: ['not_media', 'limits'], bytes: () => Buffer.concat([ascii('caff'), u16(1, 0), ascii('desc'), u64(32), Buffer.from('40e5888000000000', 'hex'), ascii('alac'), u32(0, 0, 4096, 2, 0), ascii('pakt'), u64(2_000_024), Buffer.from('00000fffffffffff', 'hex'), u64(2 ** 40), u32(0, 0), Buffer.alloc(2_000_000, 1), ascii('data'), u64(100_004), Buffer.alloc(100_004)]) },
  { name: 'giant.gif', outcome: ['damaged', 'limits'], bytes: () => Buffer.concat([ascii('GIF89a'), le(2, 65_535, 65_535), Buffer.from([0, 0, 0]), ...Array.from({ length: 100 }, () => Buffer.concat([Buffer.from('21f904000a00000000', 'hex').subarray(0, 8), Buffer.from([0x2c]), le(2, 0, 0, 65_535, 65_535), Buffer.from([0, 2, 2, 0x4c, 1, 0])])), Buffer.from([0x3b])]) },
  { name: 'night.gif', outcome: ['limits'], bytes: () => Buffer.concat([ascii('GIF89a'), le(2, 16, 16), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]), repeat(20_000, () => Buffer.concat([Buffer.from('21f90400ffff0000', 'hex'), Buffer.from([0x2c]), le(2, 0, 0, 1, 1), Buffer.from([0, 2, 2, 0x44, 1, 0])])), Buffer.from([0x3b])]) },
  { name: 'strip.mkv', outcome: ['plays'], bytes: () => matroska(info, element(0x1654ae6b, element(0xae,
    element(0xd7, Buffer.from([1])), element(0x73c5, Buffer.from([1])), element(0x83, Buffer.from([1])), element(0x86, ascii('V_UNCOMPRESSED')),
    element(0xe0, element(0xb0, u32(500_000)), element(0xba, Buffer.from([2])), element(0x2eb524, ascii('RGB\x18'))))), cluster(0, ...Array.from({ length: 3 }, (_, n) => block(n * 40, Buffer.alloc(3_000_000, n))))) },
]
