/** Files that are made to harm: each a class of attack on what opens uploads. `canary` is a URL that must never be asked for. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeClip } from '../fixtures/clips.ts'

export type HostileFile = { name: string; codes: string[]; bytes: (canary: string, scratch: string) => Buffer | string }

const ffmpegFile = (scratch: string, name: string, args: string[]): Buffer => {
  const path = join(scratch, name)
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, path], { stdio: ['ignore', 'ignore', 'inherit'] })
  return readFileSync(path)
}
const text = (name: string, content: (canary: string) => string): HostileFile => ({ name, codes: ['not_media'], bytes: content })

/** Sets the durations that a movie claims (mvhd and mdhd of version 0: ISO/IEC 14496-12 §8.2.2, §8.4.2). */
function claimDuration(bytes: Buffer, units: number): Buffer {
  for (const type of ['mvhd', 'mdhd']) {
    for (let at = bytes.indexOf(type); at >= 0; at = bytes.indexOf(type, at + 4)) bytes.writeUInt32BE(units, at + 20)
  }
  return bytes
}

export const hostileFiles: HostileFile[] = [
  text('list.mp4', (canary) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${canary}\n#EXT-X-ENDLIST\n`),
  text('local-list.webm', () => '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'),
  text('concat-list.avi', (canary) => `#EXTM3U\n#EXTINF:1,\nconcat:${canary}|file:///etc/passwd\n#EXT-X-ENDLIST\n`),
  text('relative-list.ts', () => '#EXTM3U\n#EXTINF:1,\n../../../etc/passwd\n#EXT-X-ENDLIST\n'),
  text('concat.mkv', (canary) => `ffconcat version 1.0\nfile '${canary}'\nfile /etc/passwd\n`),
  text('session.mp4', (canary) => `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:${canary}\nm=video 18098 RTP/AVP 96\na=rtpmap:96 H264/90000\n`),
  text('manifest.mp4', (canary) => `<?xml version="1.0"?><!DOCTYPE MPD [<!ENTITY x SYSTEM "file:///etc/passwd">]><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${canary}</BaseURL></Representation></AdaptationSet></Period></MPD>`),
  text('composition.mxf', (canary) => `<?xml version="1.0"?><AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><Id>urn:uuid:1</Id><AssetList><Asset><Path>${canary}</Path></Asset></AssetList></AssetMap>`),
  text('drawing.mp4', (canary) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="${canary}"/></svg>`),
  text('reference.mov', (canary) => `rtsptext\r\n${canary}\r\n`),
  text('shortcut.asf', (canary) => `[Reference]\r\nRef1=${canary}\r\n`),
  text('metadata.mp4', () => ';FFMETADATA1\ntitle=x\n'),
  text('script.avi', (canary) => `DirectShowSource("${canary}")\n`),
  text('subtitle.mkv', (canary) => `[Script Info]\nScriptType: v4.00+\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,,,,,,,{\\fn${canary}}x\n`),
  { name: 'picture.mp4', codes: ['not_media'], bytes: (_, scratch) => ffmpegFile(scratch, 'p.png', ['-f', 'lavfi', '-i', 'testsrc', '-frames:v', '1']) },
  { name: 'photograph.mkv', codes: ['not_media'], bytes: (_, scratch) => ffmpegFile(scratch, 'p.jpg', ['-f', 'lavfi', '-i', 'testsrc', '-frames:v', '1']) },
  { name: 'archive.mp4', codes: ['not_media'], bytes: () => Buffer.concat([Buffer.from('PK\x03\x04\x14\x00\x00\x00\x08\x00'), Buffer.alloc(20_000, 7)]) },
  { name: 'raw-h264.mp4', codes: ['not_media'], bytes: (_, scratch) => ffmpegFile(scratch, 'r.h264', ['-f', 'lavfi', '-i', 'testsrc=d=1', '-c:v', 'libx264', '-preset', 'ultrafast']) },
  { name: 'giant-frame.avi', codes: ['limits', 'damaged', 'not_media'], bytes: (_, scratch) => ffmpegFile(scratch, 'g.avi', ['-f', 'lavfi', '-i', 'color=s=9000x9000:r=1', '-frames:v', '1', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg']) },
  {
    name: 'giant-claim.mov', codes: ['limits', 'damaged', 'not_media'],
    bytes: (_, scratch) => {
      // PNG in QuickTime: the picture's own header claims 60000 × 60000 (its checksum is not looked at).
      const bytes = ffmpegFile(scratch, 'c.mov', ['-f', 'lavfi', '-i', 'testsrc=d=1', '-c:v', 'png'])
      for (let at = bytes.indexOf('IHDR'); at >= 0; at = bytes.indexOf('IHDR', at + 4)) bytes.writeUInt32BE(60_000, bytes.writeUInt32BE(60_000, at + 4))
      return bytes
    },
  },
  {
    name: 'many-streams.mkv', codes: ['limits'],
    bytes: (_, scratch) => ffmpegFile(scratch, 's.mkv', ['-i', makeClip({ seconds: 1 }), ...Array.from({ length: 120 }, () => ['-map', '0:v']).flat(), '-c', 'copy']),
  },
  {
    name: 'many-streams.mp4', codes: ['limits'],
    bytes: (_, scratch) => ffmpegFile(scratch, 's.mp4', ['-i', makeClip({ seconds: 1 }), ...Array.from({ length: 120 }, () => ['-map', '0:a']).flat(), '-c', 'copy']),
  },
  {
    name: 'long-black.mp4', codes: ['limits'],
    bytes: (_, scratch) => ffmpegFile(scratch, 'l.mp4', ['-f', 'lavfi', '-i', 'color=s=64x64:r=1/60', '-t', '200000', '-c:v', 'libx264', '-preset', 'ultrafast']),
  },
  {
    name: 'long-silence.mka', codes: ['limits'],
    bytes: (_, scratch) => {
      // Two packets, the second fourteen hours later: the bytes of a moment, the length of a night.
      const first = join(scratch, 'a.mka')
      writeFileSync(first, ffmpegFile(scratch, 'b.mka', ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '1', '-c:a', 'libopus']))
      return ffmpegFile(scratch, 'l.mka', ['-i', first, '-itsoffset', '50000', '-i', first, '-map', '0', '-map', '1', '-c', 'copy'])
    },
  },
  { name: 'cut-index.mp4', codes: ['truncated', 'damaged'], bytes: () => readFileSync(makeClip({ seconds: 3 })).subarray(0, 9000) },
]

/** Files that are not refused although they lie: they play what is there. */
export const lyingFiles: { name: string; bytes: () => Buffer; mostSeconds: number }[] = [
  { name: 'forged-duration.mp4', bytes: () => claimDuration(readFileSync(makeClip({ seconds: 3 })), 0x7fffffff), mostSeconds: 4 },
  {
    name: 'endless-sound.wav', mostSeconds: 2,
    bytes: () => {
      const head = Buffer.alloc(44)
      head.write('RIFF\xff\xff\xff\xffWAVEfmt ', 0, 'latin1')
      head.writeUInt32LE(16, 16)
      ;[[1, 20], [1, 22], [2, 32], [16, 34]].forEach(([value, at]) => head.writeUInt16LE(value!, at!))
      head.writeUInt32LE(8000, 24)
      head.writeUInt32LE(16_000, 28)
      head.write('data\xff\xff\xff\xff', 36, 'latin1')
      return Buffer.concat([head, Buffer.alloc(16_000)])
    },
  },
]
