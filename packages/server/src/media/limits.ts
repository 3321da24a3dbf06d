/** What ffmpeg and ffprobe are told before they open an uploaded file, which is hostile until proven otherwise (DESIGN §7). */

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

const readWriteTimeoutSeconds = 15

/** Put before the input. The protocols are those of the URL and nothing else. */
export function inputLimits(url: string): string[] {
  const protocols = url.startsWith('https:') ? 'https,tls,tcp' : 'http,tcp'
  return [
    '-protocol_whitelist', protocols, '-format_whitelist', demuxers.join(','),
    '-probesize', '10M', '-analyzeduration', '10M', '-max_streams', String(maxStreams), '-max_pixels', String(maxPixels),
    '-rw_timeout', String(readWriteTimeoutSeconds * 1e6), '-reconnect', '1', '-reconnect_on_network_error', '1', '-reconnect_delay_max', '4',
  ]
}
