/** Which codec family to take where a manifest has several: of pictures AV1 where it is decoded as well as H.264, of sound Opus. */

type Decoding = Pick<MediaCapabilitiesDecodingInfo, 'supported' | 'smooth' | 'powerEfficient'>
type Capabilities = { decodingInfo(configuration: MediaDecodingConfiguration): Promise<Decoding> }

/** What most screens show. */
const usual = { width: 1920, height: 1080, framerate: 30 }

/**
 * As Shaka names it. AV1 must be smooth; where only H.264 is decoded by hardware, its bytes are cheaper than the battery.
 * A browser that does not tell gets H.264.
 */
export async function preferredVideoCodec(capabilities: Capabilities | undefined): Promise<'av01' | 'avc1'> {
  const ask = (codec: string, bitrate: number) =>
    capabilities!.decodingInfo({ type: 'media-source', video: { ...usual, contentType: `video/mp4; codecs="${codec}"`, bitrate } })
  try {
    const [av1, h264] = await Promise.all([ask('av01.0.08M.08', 2_500_000), ask('avc1.640028', 4_500_000)])
    const isAsCheap = av1.powerEfficient || !h264.powerEfficient
    return av1.supported && av1.smooth && isAsCheap ? 'av01' : 'avc1'
  } catch {
    return 'avc1'
  }
}

/** As manifests name it. Opus takes fewer bytes and hardly more work; a browser that does not tell gets AAC. */
export async function preferredAudioCodec(capabilities: Capabilities | undefined): Promise<'Opus' | 'mp4a'> {
  try {
    const audio = { contentType: 'audio/mp4; codecs="opus"', channels: '2', bitrate: 112_000, samplerate: 48_000 }
    const opus = await capabilities!.decodingInfo({ type: 'media-source', audio })
    return opus.supported && opus.smooth ? 'Opus' : 'mp4a'
  } catch {
    return 'mp4a'
  }
}
