/** Questions to ffprobe about a source, each bounded in time, memory and output. */
import { decodingBounds, inputLimits, openingBounds, probeMemoryBytes, type OpeningBounds } from './limits.ts'
import { runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

/** Where to ask. */
export type ProbeContext = { tools: MediaTools; url: string; sizeBytes: number; signal?: AbortSignal }

export type ProbedStream = {
  index: number
  codec_type?: string
  codec_name?: string
  width?: number
  height?: number
  pix_fmt?: string
  sample_aspect_ratio?: string
  field_order?: string
  color_range?: string
  color_space?: string
  color_transfer?: string
  r_frame_rate?: string
  avg_frame_rate?: string
  start_time?: string
  duration?: string
  sample_rate?: string
  channels?: number
  disposition?: Record<string, number>
  tags?: Record<string, string>
  side_data_list?: { side_data_type?: string; rotation?: number }[]
}
export type ProbedFormat = { format_name?: string; start_time?: string; duration?: string }

/** No more than is used: tags can be endless. */
const fileEntries = [
  'format=format_name,start_time,duration',
  'stream=index,codec_type,codec_name,width,height,pix_fmt,sample_aspect_ratio,field_order,color_range,color_space,color_transfer,r_frame_rate,avg_frame_rate,start_time,duration,sample_rate,channels',
  'stream_disposition', 'stream_tags=language,title,alpha_mode', 'stream_side_data=side_data_type,rotation',
].join(':')

/** Of all streams, so that there are a few hundred of the picture's among them. */
const firstPackets = 480

type ProbedPacket = { stream_index: number; pts_time?: string; flags?: string }

/**
 * What the file says of itself, and its first packets, undecoded: starting ffprobe once more for them would cost more than
 * reading them. `warnings` is ffprobe's stderr.
 */
export async function probeFile(context: ProbeContext): Promise<{ format: ProbedFormat; streams: ProbedStream[]; packets: Packet[]; warnings: string }> {
  const args = ['-read_intervals', `%+#${firstPackets}`, '-show_entries', `${fileEntries}:packet=stream_index,pts_time,flags`, '-of', 'json']
  const { stdout, stderrTail } = await ffprobe(context, args)
  const answer = JSON.parse(stdout.toString()) as { format?: ProbedFormat; streams?: ProbedStream[]; packets?: ProbedPacket[] }
  const whole = (answer.packets ?? []).filter(({ flags = '' }) => !flags.includes('C'))
  const packets = whole.map(({ stream_index, pts_time, flags = '' }) => ({ streamIndex: stream_index, pts: seconds(pts_time), isShown: !flags.includes('D') }))
  return { format: answer.format ?? {}, streams: answer.streams ?? [], packets, warnings: stderrTail }
}

export type ProbedFrame = {
  stream_index?: number
  pts_time?: string
  best_effort_timestamp_time?: string
  width?: number
  height?: number
  pix_fmt?: string
  interlaced_frame?: number
  /** Of sound. */
  nb_samples?: number
  color_range?: string
  color_space?: string
  color_transfer?: string
}

const frameEntries =
  'frame=stream_index,pts_time,best_effort_timestamp_time,width,height,pix_fmt,interlaced_frame,nb_samples,color_range,color_space,color_transfer'

/** What decodes of a stream's next `packets` packets, from the start or near a time (of the source's clock); of all streams where it is a list. */
export async function decodeFrames(context: ProbeContext, stream: ProbedStream | ProbedStream[], packets: number, fromSeconds?: number): Promise<{ frames: ProbedFrame[]; warnings: string }> {
  const from = fromSeconds === undefined ? '' : fromSeconds.toFixed(3)
  const selection = Array.isArray(stream) ? [] : ['-select_streams', String(stream.index)]
  const args = [...selection, '-read_intervals', `${from}%+#${packets}`, '-show_frames', '-show_entries', frameEntries, '-of', 'json']
  const pixels = [stream].flat().reduce((sum, { width = 0, height = 0 }) => sum + width * height, 0)
  const { stdout, stderrTail } = await ffprobe(context, args, { more: decodingBounds(pixels, packets) })
  return { frames: ((JSON.parse(stdout.toString()) as { frames?: ProbedFrame[] }).frames ?? []), warnings: stderrTail }
}

/** `isShown`: not cut away by an edit list. */
export type Packet = { streamIndex: number; pts?: number; duration?: number; isShown: boolean }

export type PacketQuery = {
  /** All streams by default. */
  streamIndex?: number
  /** Of the source's clock; from the start by default. Several places, ascending, are read one after the other. */
  fromSeconds?: number | number[]
  /** From each place; to the end by default. */
  count?: number
  timeoutSeconds?: number
}

/** Calls `each` for every packet in file order, undecoded; those that the file holds only in part are left out. */
export async function readPackets(context: ProbeContext, query: PacketQuery, each: (packet: Packet) => void): Promise<void> {
  const places = query.fromSeconds === undefined ? [''] : [query.fromSeconds].flat().map((place) => place.toFixed(3))
  const interval = places.map((place) => `${place}%${query.count ? `+#${query.count}` : ''}`).join(',')
  const args = [
    ...(query.streamIndex === undefined ? [] : ['-select_streams', String(query.streamIndex)]),
    ...(interval === '%' ? [] : ['-read_intervals', interval]),
    '-show_packets', '-show_entries', 'packet=stream_index,pts_time,duration_time,flags', '-of', 'csv=p=0:s=\\;',
  ]
  let rest = ''
  const onText = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!.slice(0, 10_000)
    for (const line of lines) {
      const [stream, pts, duration, flags = ''] = line.split(';')
      if (!stream || !/^\d+$/.test(stream) || flags.includes('C')) continue
      each({ streamIndex: Number(stream), pts: seconds(pts), duration: seconds(duration), isShown: !flags.includes('D') })
    }
  }
  await ffprobe(context, args, { timeoutSeconds: query.timeoutSeconds, stdout: (chunk) => onText(chunk.toString('latin1')) })
  onText('\n')
}

/** A number of seconds in ffprobe's answer; undefined for N/A or nonsense. */
export function seconds(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === 'N/A') return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

type Asked = { timeoutSeconds?: number; more?: OpeningBounds; stdout?: (chunk: Buffer) => void }

function ffprobe(context: ProbeContext, args: string[], { timeoutSeconds = 60, more, stdout }: Asked = {}) {
  const opening = openingBounds(context.sizeBytes)
  return runTool({
    program: context.tools.ffprobe,
    args: ['-v', 'warning', '-hide_banner', ...inputLimits(context.url), ...args, '-i', context.url],
    timeoutSeconds,
    maxMemoryBytes: probeMemoryBytes,
    maxDataBytes: opening.dataBytes + (more?.dataBytes ?? 0),
    maxCpuSeconds: opening.cpuSeconds + (more?.cpuSeconds ?? 0),
    stdout: stdout ?? 'collect',
    signal: context.signal,
  })
}
