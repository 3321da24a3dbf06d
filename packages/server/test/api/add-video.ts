/** Puts a video into a state that the encoder would bring it to. */
import assert from 'node:assert/strict'
import { videoTopic } from '../../src/domain/messages.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Video } from '../../src/domain/video.ts'
import { createPlan } from '../../src/records/plan.ts'
import { updateVideo } from '../../src/records/video.ts'
import type { Api } from './start-api.ts'

/** Changes the document as an encoder does, signal included. */
export async function setVideo(api: Api, videoId: string, fields: Partial<Video>): Promise<void> {
  assert.ok(await updateVideo(api.documents, videoId, (video) => ({ ...video, ...fields })))
  await api.signals.publish(videoTopic(videoId), { kind: 'video' })
}

export const revision = 'abcd1234'

/** Publishes a small plan: 240p and 480p of ten seconds, with sound; the video becomes playable. */
export async function makePlayable(api: Api, videoId: string, fields: Partial<Video> = {}): Promise<void> {
  const grid = { timescale: 30, frameTicks: 1, frames: 300, segmentFrames: 120, segmentsPerChunk: 8 }
  const rendition = (id: string, width: number, height: number, capBitsPerSecond: number) => ({
    id,
    codec: 'h264' as const,
    width,
    height,
    rate: { num: 30, den: 1 },
    framesPerGridFrame: 1,
    codecs: 'avc1.64001f',
    capBitsPerSecond,
    settings: { crf: 23, preset: 'veryfast', profile: 'high', level: '3.1' },
    parameterSetsSha256: '00',
    predictedSpeed: 5,
  })
  const plan: Plan = {
    videoId,
    revision,
    createdAt: api.now(),
    source: { key: `v/${videoId}/source`, sizeBytes: 1000 },
    durationSeconds: 10,
    video: {
      source: {
        streamIndex: 0, originSeconds: 0, prerollSeconds: 1, codedWidth: 854, codedHeight: 480, width: 854, height: 480,
        rotationDegrees: 0, interlaced: false, transfer: 'sdr', pixelFormat: 'yuv420p',
      },
      grid,
      renditions: [rendition('h264-240p', 426, 240, 400_000), rendition('h264-480p', 854, 480, 1_500_000)],
    },
    audio: [
      {
        id: 'aac-1', codec: 'aac', streamIndex: 1, sampleRate: 48_000, channels: 2, bitsPerSecond: 128_000, codecs: 'mp4a.40.2', language: 'en', label: 'English',
        isDefault: true, grid: { timescale: 48_000, frameTicks: 1024, frames: 469, segmentFrames: 188, segmentsPerChunk: 8 },
      },
    ],
    encoderBuild: 'of this test',
  }
  await createPlan(api.documents, plan)
  await setVideo(api, videoId, {
    state: 'playable', revision, manifestVersion: 1, durationSeconds: 10, width: 854, height: 480, frameRate: 30, startRendition: 'h264-240p', progress: 0.25, ...fields,
  })
}
