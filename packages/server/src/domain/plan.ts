/** The plan of an encode revision: everything that is fixed before the first frame is encoded. Stored once, never changed. */
import type { Rate } from './rate.ts'

/**
 * The video grid, the same for all renditions, in frames of the lowest-rate rendition ("grid frames").
 * Segments 0 and 1 are half as long as the others, so that an opening is encoded sooner.
 */
export type VideoGrid = {
  /** Ticks per second; one for all video renditions. */
  timescale: number
  /** Ticks per grid frame. */
  frameTicks: number
  /** Grid frames in all; the last segment is as short as it comes out. */
  frames: number
  /** Grid frames of a full segment (about 4 s); even. */
  segmentFrames: number
  /** Consecutive segments of a chunk (about 32 s). */
  segmentsPerChunk: number
}

/** The audio grid: a constant number of codec frames, in a timescale of the sample rate. */
export type AudioGrid = {
  /** Samples per second, the track's timescale. */
  timescale: number
  /** Samples per codec frame (AAC 1024, Opus 960). */
  frameTicks: number
  /** Codec frames in all, priming excluded. */
  frames: number
  /** Codec frames of a segment (AAC at 48 kHz 188, Opus 200). */
  segmentFrames: number
  segmentsPerChunk: number
}

/** `h264` is the ladder that everything plays; the others are tiers that join it (domain/tier.ts). */
export type VideoCodec = 'h264' | 'av1'

/** `aac` is the sound that everything plays; `opus` joins it as a tier. */
export type AudioCodec = 'aac' | 'opus'

/** H.264 encoders in hardware. Chosen for a whole revision: their parameter sets are their own. */
export type HardwareEncoder = 'nvenc' | 'vaapi' | 'qsv'

export type VideoRendition = {
  /** In URLs and object keys: `h264-720p`. */
  id: string
  codec: VideoCodec
  width: number
  height: number
  rate: Rate
  /** Encoded frames per grid frame: 1, or 2 for 50/60 fps above a 25/30 fps lowest rendition. */
  framesPerGridFrame: number
  /** RFC 6381, read from the init segment: `avc1.64001f`. */
  codecs: string
  /** Cap on the bitrate (x264 maxrate, bufsize = the same), bits per second. */
  capBitsPerSecond: number
  /** What the encoder was told; pinned so that every segment fits the init segment. Without `encoder`: software. */
  settings: { crf: number; preset: string; profile: string; level: string; encoder?: HardwareEncoder }
  /** Hex sha256 of the parameter sets (avcC) in the init segment; every encode must match. */
  parameterSetsSha256: string
  /** Predicted speed of one segment on an idle encoder, in times real time. Below 1.5 it is not listed before it is complete. */
  predictedSpeed: number
}

/** A rendition before its init segment was made. */
export type VideoDraft = Omit<VideoRendition, 'codecs' | 'parameterSetsSha256'>
export type AudioDraft = Omit<AudioRendition, 'codecs'>
/** A plan before its init segments were made. */
export type PlanDraft = Omit<Plan, 'video' | 'audio'> & {
  video?: { source: VideoSource; grid: VideoGrid; renditions: VideoDraft[] }
  audio: AudioDraft[]
}

export type AudioRendition = {
  /** `aac-1`, numbered by track; `opus-1` is the same track's. */
  id: string
  codec: AudioCodec
  /** The source's stream index. */
  streamIndex: number
  sampleRate: number
  channels: number
  bitsPerSecond: number
  codecs: string
  /** BCP 47, `und` when unknown. */
  language: string
  label: string
  isDefault: boolean
  grid: AudioGrid
  /** What a source timestamp has to lose; 0 when absent. */
  originSeconds?: number
  /** Codec frames that the source fills, silence after them; the whole grid when absent. */
  sourceFrames?: number
  /** How to find the track's samples; when absent, as in a file without an index. */
  source?: AudioSource
}

export type AudioSource = {
  /** As decoded. */
  sampleRate: number
  /** The track's first sample, in seconds after the origin. */
  startSeconds: number
  /** ffprobe's format.start_time, which a seek counts from. */
  formatStartSeconds: number
  /** Seek this much before the wanted sample, in seconds (1; without an index 12). */
  prerollSeconds: number
  packets?: SteadyPackets
}

/** Packets of one length: what each decodes to, in samples, and where the first one ends, in seconds after the origin. */
export type SteadyPackets = { samples: number; firstEndSeconds: number }

/** How to decode the source's picture. */
export type VideoSource = {
  streamIndex: number
  /** The earliest start of the kept streams in seconds: what a source timestamp has to lose. */
  originSeconds: number
  /** ffprobe's format.start_time, which a seek counts from; originSeconds when absent. */
  formatStartSeconds?: number
  /** The first picture, in seconds after the origin; it stands in for what is before it. 0 when absent. */
  startSeconds?: number
  /** Frames at the highest rendition's rate that the source fills; the last one is repeated after them. The whole grid when absent. */
  sourceFrames?: number
  /** Seek this much before the wanted frame, in seconds (1; MPEG-TS 12). */
  prerollSeconds: number
  /** As stored, before rotation and aspect. */
  codedWidth: number
  codedHeight: number
  /** As shown: rotated, square pixels. */
  width: number
  height: number
  rotationDegrees: 0 | 90 | 180 | 270
  interlaced: boolean
  transfer: 'sdr' | 'pq' | 'hlg'
  /** swscale's name of the matrix; `bt709` when absent. */
  matrix?: string
  fullRange?: boolean
  pixelFormat: string
  /** ffmpeg's name, where the decoder that it takes by itself would leave the alpha channel out. */
  decoder?: AlphaDecoder
}

/** Decoders that see the alpha channel which WebM keeps beside a VP8 or VP9 picture; ffmpeg's own show the colours hidden there. */
export type AlphaDecoder = 'libvpx' | 'libvpx-vp9'

/** Codecs that join the ladder, or the sound, of a ready video. */
export type TierCodec = 'av1' | 'opus'

/**
 * The renditions of a further codec: decided once, long after the plan; pictures over the same grid, sound over its own.
 * `inits`: their init segments in base64, by rendition id, so that whoever works on the tier can store them.
 */
export type Tier = { createdAt: number; inits: Record<string, string> } & (
  | { codec: 'av1'; renditions: VideoRendition[] }
  | { codec: 'opus'; renditions: AudioRendition[] }
)

/** `base`: sound, and pictures up to 480p; a higher one is made where somebody watches it. */
export type Eager = 'all' | 'base'

export type Plan = {
  videoId: string
  revision: string
  createdAt: number
  source: { key: string; sizeBytes: number }
  /** The longer of video and audio. */
  durationSeconds: number
  video?: { source: VideoSource; grid: VideoGrid; renditions: VideoRendition[] }
  audio: AudioRendition[]
  /** Which renditions are encoded in full without a viewer asking (domain/eager.ts); all when absent. */
  eager?: Eager
  /** The encoder's build string; a worker with another build of x264 gives the task back. */
  encoderBuild: string
}

/** A filled place for one rendition's one segment. Set once. `sha256` (hex) is also the ETag. */
export type Slot = { key: string; offset: number; length: number; sha256: string }

/** The chunk document: slots by rendition id, one per segment of the chunk, null while empty. */
export type Chunk = {
  slots: Record<string, (Slot | null)[]>
  /** Attempts that failed in decoding or in the checks of §2.4; successes and broken connections are not counted. */
  attempts: number
  /** Set where undecodable pictures were replaced (DESIGN §2.5). */
  filled?: boolean
  /** Of pictures that were filled up to the chunk's end: the grid frame behind which nothing of the chunk could be decoded. */
  decodedTo?: number
}
