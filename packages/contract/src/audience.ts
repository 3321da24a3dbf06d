/** Wire schemas of what players report and what owners read of it. Changed only by addition. */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }
const Milliseconds = Type.Integer({ minimum: 0, maximum: 604_800_000 })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const UnixMs = Type.Integer({ description: 'Milliseconds since the epoch' })

/** POST /videos/:id/playbacks. All numbers are sums since the playback began: a report that is lost or repeated changes nothing. */
export const PlaybackReport = Type.Object(
  {
    token: Type.String({ maxLength: 160, description: 'Of the play answer: it holds the session, and nothing else is kept of the viewer' }),
    playbackId: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Random, one for each time that a player loads the video' }),
    sequence: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Rises with every report of the playback' }),
    startupMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000, description: 'From the wish to watch to the first picture' })),
    playedMs: Milliseconds,
    stalledMs: Type.Integer({ minimum: 0, maximum: 604_800_000, description: 'Waited for bytes after the start, seeks and chosen switches not counted' }),
    ratedMs: Type.Integer({ minimum: 0, maximum: 604_800_000, description: 'Of playedMs, with a bit rate that the player knows' }),
    kilobits: Type.Integer({ minimum: 0, maximum: 1e11, description: 'Bit rate of what was shown times ratedMs' }),
    stalls: Count,
    switches: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Changes of the size that is shown' }),
    errors: Type.Array(Type.Object({ code: Type.String({ pattern: '^[a-z0-9_]{1,32}$' }), count: Type.Integer({ minimum: 1, maximum: 1000 }) }, closed), { maxItems: 8 }),
    watched: Type.Array(Type.Tuple([Type.Number({ minimum: 0, maximum: 360_000 }), Type.Number({ minimum: 0, maximum: 360_000 })]), {
      maxItems: 64,
      description: 'Seconds of the video that were shown, as [from, to]',
    }),
  },
  closed,
)

const Figures = {
  playbacks: Type.Integer(),
  views: Type.Integer({ description: 'Once a session: played for 30 s, or half of a video that is shorter than a minute' }),
  playedSeconds: Type.Number(),
  startup: Type.Optional(Type.Object({ medianMs: Type.Integer(), p95Ms: Type.Integer() }, { description: 'Out of a histogram: exact to its steps of about a quarter' })),
  rebufferRatio: Type.Optional(Type.Number({ description: 'Stalled time as a share of stalled and played time' })),
  averageBitsPerSecond: Type.Optional(Type.Integer()),
  stalls: Type.Integer(),
  switches: Type.Integer(),
  errors: Type.Integer(),
}
export const AudienceQuery = Type.Object(
  {
    from: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999_999_999_999, description: 'Milliseconds since the epoch; a week ago by default' })),
    to: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999_999_999_999, description: 'Now by default; at most 92 days after `from`' })),
  },
  closed,
)
/** GET /videos/:id/audience, for the owner. */
export const AudienceAnswer = Type.Object({
  from: UnixMs,
  to: UnixMs,
  totals: Type.Object({ ...Figures, errorCodes: Type.Record(Type.String(), Type.Integer()) }),
  hours: Type.Array(Type.Object({ at: UnixMs, ...Figures }), { description: 'Those in which somebody watched' }),
  delivery: Type.Object(
    {
      sessions: Type.Integer(),
      requests: Type.Integer(),
      starved: Type.Integer({ description: 'Requests after the buffer had run out' }),
      averageBitsPerSecond: Type.Optional(Type.Integer()),
      averageThroughputBitsPerSecond: Type.Optional(Type.Integer({ description: "The lines, as players measured them" })),
      switches: Type.Integer(),
    },
    { description: 'What the edge was told by requests (CMCD): also of players that report nothing, without what caches answered' },
  ),
  allTime: Type.Object({
    views: Type.Integer(),
    playbacks: Type.Integer(),
    retention: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { description: 'Share of all playbacks that showed each hundredth of the video' }),
  }),
})

export type PlaybackReport = Static<typeof PlaybackReport>
export type AudienceQuery = Static<typeof AudienceQuery>
export type AudienceAnswer = Static<typeof AudienceAnswer>
export type AudienceFigures = Omit<AudienceAnswer['hours'][number], 'at'>
