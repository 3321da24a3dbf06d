/** What ffmpeg and ffprobe are told before they open an uploaded file, which is hostile until proven otherwise (DESIGN §7). */
import { existsSync } from 'node:fs'
import type { VideoSource } from '../domain/plan.ts'

/**
 * Containers of films and sound. Not among them: playlists and scripts that name other files (hls, dash, concat, imf…),
 * pictures, raw streams without time stamps, and text.
 */
const demuxers = [
  'mov', 'matroska', 'mpegts', 'mpeg', 'avi', 'flv', 'asf', 'ogg', 'mxf', 'dv', 'gif', 'rm', 'nut', 'ivf',
  'wav', 'w64', 'aiff', 'caf', 'mp3', 'flac', 'aac', 'ac3', 'eac3', 'amr', 'au', 'ape', 'wv', 'tta',
]

/** Pixels of a coded picture: 8K with a margin. */
export const maxPixels = 36_000_000
export const maxStreams = 32
/** Address space of a probe and of an encode. */
export const probeMemoryBytes = 3 * 2 ** 30
export const encodeMemoryBytes = 12 * 2 ** 30

/** What opening a source may cost. */
export type OpeningBounds = {
  /** Memory written to, without the tool's own code. */
  dataBytes: number
  /** Processor time: unlike a time-out it is the same on a machine that is busy with something else. */
  cpuSeconds: number
}

/**
 * Tables, tags and headers of a few bytes can ask for gigabytes or for minutes, so cost is bounded by the bytes that are
 * there. A plain file takes a tenth of the constants; an index holds some 40 bytes for a picture of hundreds at least.
 */
export const openingBounds = (sizeBytes: number): OpeningBounds => ({ dataBytes: 128 * 2 ** 20 + sizeBytes / 8, cpuSeconds: 1.5 + sizeBytes / 20e6 })

/** What decoding that many packets on top of it may: reference pictures of up to 16 bits a channel, and slow codecs. */
export const decodingBounds = (pixels: number, packets: number): OpeningBounds => ({ dataBytes: pixels * 64, cpuSeconds: 2 + (packets * pixels) / 20e6 })

const readWriteTimeoutSeconds = 15

/** What a picture may grow to midway: those of recorded calls do, but not without bounds. */
export const grownPixels = (pixels: number): number => Math.min(maxPixels, Math.max(4096 * 2304, pixels * 4))

/** Put before the input too: the decoder of the picture where it must not be ffmpeg's own. */
export const decoderArgs = ({ streamIndex, decoder }: VideoSource): string[] => (decoder ? [`-c:${streamIndex}`, decoder] : [])

/** Where systems keep the authorities that they believe. Builds of ffmpeg with OpenSSL look nowhere by themselves. */
const authorityFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/ssl/cert.pem']

/** Put before the input. The protocols are those of the URL and nothing else; over https the certificate is checked. */
export function inputLimits(url: string, pixels = maxPixels, authorities = authorityFiles.find((path) => existsSync(path))): string[] {
  const isSecure = url.startsWith('https:')
  return [
    '-protocol_whitelist', isSecure ? 'https,tls,tcp' : 'http,tcp', '-format_whitelist', demuxers.join(','),
    ...(isSecure ? ['-tls_verify', '1', ...(authorities === undefined ? [] : ['-ca_file', authorities])] : []),
    '-probesize', '10M', '-analyzeduration', '10M', '-max_streams', String(maxStreams), '-max_pixels', String(pixels),
    '-rw_timeout', String(readWriteTimeoutSeconds * 1e6), '-reconnect', '1', '-reconnect_on_network_error', '1', '-reconnect_delay_max', '4',
  ]
}
