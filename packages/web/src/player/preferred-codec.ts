/** Which codec family to take where a manifest has several: AV1 where this device decodes it as well as H.264. */

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
