/** Begins the opening's picture on the file's own word, while inspection still checks it: what came of it counts only if the plan asks for the very same encode. */
import { traced } from '../../base/tracer.ts'
import { openingSegments } from '../../domain/grid.ts'
import type { Plan, PlanDraft } from '../../domain/plan.ts'
import type { SpanResult } from '../../media/encode-span.ts'
import type { Inspection } from '../../media/inspection.ts'
import { spanArgs } from '../../media/span-args.ts'
import type { EncodeDeps } from '../deps.ts'
import { startRendition } from '../progress/listing.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

export type EarlyOpening = {
  /** Starts it; once. */
  begin(guess: Inspection): void
  /** The opening's picture if that is what was begun, when it is made; else undefined, at once. Never rejects. */
  take(plan: Plan): Promise<SpanResult[] | undefined>
}

/** What was begun ends with `use`, and its files go. `draft` makes the plan of a guess as it will of the real inspection. */
export function withEarlyOpening<T>(
  deps: EncodeDeps,
  source: { url: string; draft: (inspection: Inspection) => PlanDraft; signal: AbortSignal },
  use: (early: EarlyOpening) => Promise<T>,
): Promise<T> {
  return withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const ending = new AbortController()
    const signal = AbortSignal.any([source.signal, ending.signal])
    let begun: { command: string; made: Promise<SpanResult[] | undefined> } | undefined

    const encode = async (draft: PlanDraft, id: string): Promise<SpanResult[]> => {
      // The other renditions' are wanted soon; the room remembers them.
      deps.media.makeInits(draft, { signal }).catch(() => {})
      const lowest = draft.video!.renditions.filter((rendition) => rendition.id === id)
      const init = (await deps.media.makeInits({ ...draft, video: { ...draft.video!, renditions: lowest }, audio: [] }, { signal })).get(id)!
      const plan = unfinished(draft, init.parameterSetsSha256)
      const span = { renditionIds: [id], from: 0, to: openingOf(plan) }
      return traced(deps.tracer, 'encode pictures', draft.videoId, { chunk: 0, renditions: [id], from: 0, to: span.to, early: true }, () =>
        deps.media.encodeVideoSpan({ plan, url: source.url, workDir, ...span, mode: 'normal', signal }),
      )
    }

    try {
      return await use({
        begin(guess) {
          if (begun || signal.aborted) return
          const draft = source.draft(guess)
          if (!draft.video) return
          const plan = unfinished(draft, '')
          const made = encode(draft, startRendition(plan)).catch((error: unknown) => {
            if (!signal.aborted) deps.log.info({ err: error, videoId: draft.videoId }, 'an opening begun early failed')
            return undefined
          })
          begun = { command: commandOf(plan, source.url), made }
        },
        async take(plan) {
          return begun && plan.video && begun.command === commandOf(plan, source.url) ? begun.made : undefined
        },
      })
    } finally {
      ending.abort()
      await begun?.made
    }
  })
}

/** A plan that is whole as far as encoding its lowest picture goes. */
function unfinished({ video, audio: _, ...rest }: PlanDraft, parameterSetsSha256: string): Plan {
  const renditions = video!.renditions.map((rendition) => ({ ...rendition, codecs: '', parameterSetsSha256 }))
  return { ...rest, video: { ...video!, renditions }, audio: [] }
}

const openingOf = (plan: Plan): number => openingSegments(plan.video!.grid, 'video')

/** The same command makes the same bytes, and bytes that the same checks accept. */
function commandOf(plan: Plan, url: string): string {
  const rendition = plan.video!.renditions.find(({ id }) => id === startRendition(plan))!
  const to = openingOf(plan)
  return JSON.stringify([to, ...spanArgs({ plan, url, renditions: [rendition], from: 0, to, mode: 'normal', threads: 1, pathOf: (id) => id })])
}
