/** Questions to ffprobe about a source, each bounded in time, memory and output. */
import { inputLimits, probeMemoryBytes } from './limits.ts'
import { runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

/** Where to ask. */
export type ProbeContext = { tools: MediaTools; url: string; signal?: AbortSignal }

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

/** What the file says of itself. `warnings` is ffprobe's stderr. */
export async function probeFile(context: ProbeContext): Promise<{ format: ProbedFormat; streams: ProbedStream[]; warnings: string }> {
  const { stdout, stderrTail } = await ffprobe(context, ['-show_format', '-show_streams', '-of', 'json'], 60)
  const answer = JSON.parse(stdout.toString()) as { format?: ProbedFormat; streams?: ProbedStream[] }
  return { format: answer.format ?? {}, streams: answer.streams ?? [], warnings: stderrTail }
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

/** The pictures of a stream that decode from its next `packets` packets, from the start or near a time (of the source's clock). */
export async function decodeFrames(context: ProbeContext, streamIndex: number, packets: number, fromSeconds?: number): Promise<{ frames: ProbedFrame[]; warnings: string }> {
  const from = fromSeconds === undefined ? '' : fromSeconds.toFixed(3)
  const args = ['-select_streams', String(streamIndex), '-read_intervals', `${from}%+#${packets}`, '-show_frames', '-show_entries', frameEntries, '-of', 'json']
  const { stdout, stderrTail } = await ffprobe(context, args, 60)
  return { frames: ((JSON.parse(stdout.toString()) as { frames?: ProbedFrame[] }).frames ?? []), warnings: stderrTail }
}

/** `isShown`: not cut away by an edit list. */
export type Packet = { streamIndex: number; pts?: number; duration?: number; isShown: boolean }

export type PacketQuery = {
  /** All streams by default. */
  streamIndex?: number
  /** Of the source's clock; from the start by default. */
  fromSeconds?: number
  /** To the end by default. */
  count?: number
  timeoutSeconds?: number
}

/** Calls `each` for every packet in file order, undecoded; those that the file holds only in part are left out. */
export async function readPackets(context: ProbeContext, query: PacketQuery, each: (packet: Packet) => void): Promise<void> {
  const interval = `${query.fromSeconds === undefined ? '' : query.fromSeconds.toFixed(3)}%${query.count ? `+#${query.count}` : ''}`
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
  await ffprobe(context, args, query.timeoutSeconds ?? 60, (chunk) => onText(chunk.toString('latin1')))
  onText('\n')
}

/** A number of seconds in ffprobe's answer; undefined for N/A or nonsense. */
export function seconds(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === 'N/A') return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function ffprobe(context: ProbeContext, args: string[], timeoutSeconds: number, stdout: 'collect' | ((chunk: Buffer) => void) = 'collect') {
  return runTool({
    program: context.tools.ffprobe,
    args: ['-v', 'warning', '-hide_banner', ...inputLimits(context.url), ...args, '-i', context.url],
    timeoutSeconds,
    maxMemoryBytes: probeMemoryBytes,
    stdout,
    signal: context.signal,
  })
}
