/** Traces by OpenTelemetry, sent to a collector by OTLP over HTTP. Loaded only where one is set. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, TraceIdRatioBasedSampler, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Log } from '../base/log.ts'
import type { Attributes, Tracer } from '../base/tracer.ts'

export type TracerOptions = {
  /** The collector's address. */
  endpoint: string
  /** Of the videos, 0…1. */
  share: number
  roles: string[]
  log: Log
}

const sendTimeoutMs = 3000
/** A collector that is away is no news after the first time. */
const complainEveryMs = 60_000

/** Nothing waits for the collector: spans are kept up to a number, sent in batches, and dropped where they can't be. */
export function openTracer({ endpoint, share, roles, log }: TracerOptions): Tracer {
  const exporter = complaining(new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: sendTimeoutMs }), log)
  const ids = openIds()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sluice', 'service.instance.id': `${hostname()}/${process.pid}`, 'sluice.roles': roles }),
    // By the trace id, so that all processes take the same videos.
    sampler: new TraceIdRatioBasedSampler(share),
    idGenerator: ids.generator,
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: sendTimeoutMs + 1000, scheduledDelayMillis: 1000 })],
  })
  const tracer = provider.getTracer('sluice')
  const running = new AsyncLocalStorage<{ videoId: string; context: Context }>()

  return {
    span(name, videoId, attributes, work) {
      const above = running.getStore()
      const parent = above?.videoId === videoId ? above.context : trace.setSpanContext(ROOT_CONTEXT, { ...idsOf(videoId), traceFlags: TraceFlags.SAMPLED, isRemote: true })
      const span = tracer.startSpan(name, { attributes: named(videoId, attributes) }, parent)
      return running.run({ videoId, context: trace.setSpan(parent, span) }, async () => {
        try {
          return await work((more) => void span.setAttributes(prefixed(more)))
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) })
          throw error
        } finally {
          span.end()
        }
      })
    },
    video(videoId, { fromMs, toMs, attributes, failure }) {
      ids.useNext(idsOf(videoId))
      // A number that is older than this process would be taken for one of its own clock.
      const span = tracer.startSpan('video', { startTime: new Date(fromMs), attributes: named(videoId, attributes) }, ROOT_CONTEXT)
      if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure })
      span.end(new Date(toMs))
    },
    close: () => provider.shutdown().catch(() => {}),
  }
}

type Ids = { traceId: string; spanId: string }

/** Every process derives the same ids from the video's, so nothing has to be stored or sent along (docs/decisions/0071). */
function idsOf(videoId: string): Ids {
  const digest = createHash('sha256').update(`sluice video ${videoId}`).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) }
}

/** Random ids, but for the one span that starts right after `useNext`. */
function openIds() {
  let next: Ids | undefined
  const spanId = () => next?.spanId ?? randomBytes(8).toString('hex')
  /** Asked for a span without a parent alone, and after its own id. */
  const traceId = () => {
    const id = next?.traceId ?? randomBytes(16).toString('hex')
    next = undefined
    return id
  }
  return { useNext: (ids: Ids) => void (next = ids), generator: { generateSpanId: spanId, generateTraceId: traceId } }
}

const prefixed = (attributes: Attributes): Attributes => Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`sluice.${name}`, value]))
const named = (videoId: string, attributes: Attributes): Attributes => prefixed({ 'video.id': videoId, ...attributes })

/** Name and code: a message may hold what no collector should keep. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  const { code, reason } = error as { code?: unknown; reason?: unknown }
  return [error.name, code, reason].filter((one) => typeof one === 'string').join(' ')
}

function complaining(exporter: SpanExporter, log: Log): SpanExporter {
  let silentUntil = 0
  return {
    export(spans, told) {
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.FAILED && performance.now() > silentUntil) {
          silentUntil = performance.now() + complainEveryMs
          log.warn({ err: result.error, spans: spans.length }, 'the collector of traces takes nothing: spans are lost')
        }
        told(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}
