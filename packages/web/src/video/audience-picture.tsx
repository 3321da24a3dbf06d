/** How a video was watched, for its owner: figures, how many stayed, and the last week hour by hour. Read when it is opened. */
import type { AudienceAnswer } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf } from '../data/api.ts'
import { hourBars, retentionPath, spanOf, type Hour } from './audience-shapes.ts'
import './audience-picture.css'

export function AudiencePicture({ id }: { id: string }) {
  const [isOpen, setOpen] = useState(false)
  const { data, error } = useQuery({
    queryKey: ['audience', id],
    queryFn: ({ signal }) => api.videos.audience(id, {}, { signal }),
    enabled: isOpen,
    refetchInterval: isOpen && 30_000,
  })
  return (
    <details className="audience" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Audience</summary>
      {data ? <Charts audience={data} /> : <p role="status">{error ? messageOf(error) : 'Counting …'}</p>}
    </details>
  )
}

function Charts({ audience }: { audience: AudienceAnswer }) {
  const { totals, allTime, hours } = audience
  const span = spanOf(audience)
  return (
    <>
      <dl className="audience-figures">
        <Figure name="Views" value={String(allTime.views)} />
        <Figure name="Watched this week" value={lengthText(totals.playedSeconds)} />
        <Figure name="Start-up, half within" value={totals.startup ? millisecondsText(totals.startup.medianMs) : 'nobody yet'} />
        <Figure name="Start-up, 95 % within" value={totals.startup ? millisecondsText(totals.startup.p95Ms) : 'nobody yet'} />
        <Figure name="Time stood still" value={totals.rebufferRatio === undefined ? 'nobody yet' : shareText(totals.rebufferRatio)} />
        <Figure name="Bit rate" value={totals.averageBitsPerSecond === undefined ? 'nobody yet' : rateText(totals.averageBitsPerSecond)} />
        <Figure name="Changes of quality" value={String(totals.switches)} />
        <Figure name="Errors" value={errorText(totals)} />
      </dl>
      {allTime.retention.length > 0 && (
        <figure>
          <figcaption>How many saw each part, of {allTime.playbacks} playbacks</figcaption>
          <svg className="audience-retention" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={retentionText(allTime.retention)}>
            <path d={retentionPath(allTime.retention, 40)} />
          </svg>
          <p className="audience-axis" aria-hidden="true">
            <span>start</span>
            <span>middle</span>
            <span>end</span>
          </p>
        </figure>
      )}
      <Hours title="Views" unit="views an hour" hours={hours} span={span} valueOf={({ views }) => views} text={String} />
      <Hours title="Start-up" unit="95 % within" hours={hours} span={span} valueOf={({ startup }) => startup?.p95Ms} text={millisecondsText} />
      <Hours title="Time stood still" unit="of the time" hours={hours} span={span} valueOf={({ rebufferRatio }) => rebufferRatio} text={shareText} />
      <Hours title="Bit rate" unit="on the average" hours={hours} span={span} valueOf={({ averageBitsPerSecond }) => averageBitsPerSecond} text={rateText} />
      <Hours title="Errors" unit="errors an hour" hours={hours} span={span} valueOf={({ errors }) => errors} text={String} />
    </>
  )
}

type HoursProps = { title: string; unit: string; hours: readonly Hour[]; span: { from: number; to: number }; valueOf: (hour: Hour) => number | undefined; text: (value: number) => string }

/** A bar an hour, as high as its value; nothing where nothing was. */
function Hours({ title, unit, hours, span, valueOf, text }: HoursProps) {
  const bars = hourBars(hours, span, valueOf)
  const most = Math.max(0, ...bars.map(({ value }) => value))
  if (most === 0) return null
  return (
    <figure>
      <figcaption>
        {title} <span>at most {text(most)} {unit}</span>
      </figcaption>
      <svg className="audience-hours" viewBox={`0 0 ${span.to - span.from} 100`} preserveAspectRatio="none" role="img" aria-label={`${title} by the hour, at most ${text(most)} ${unit}`}>
        {bars.map(({ at, x, value }) => (
          <rect key={at} x={x} width="1" y={100 - (value / most) * 100} height={(value / most) * 100}>
            <title>{`${hourText(at)}: ${text(value)} ${unit}`}</title>
          </rect>
        ))}
      </svg>
      <p className="audience-axis" aria-hidden="true">
        <span>{hourText(span.from * 3_600_000)}</span>
        <span>now</span>
      </p>
    </figure>
  )
}

const Figure = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

const hourText = (at: number): string => new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric' }).format(at)
const millisecondsText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
const shareText = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`
const rateText = (bitsPerSecond: number): string => (bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1000)} kbit/s`)
const lengthText = (seconds: number): string => (seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`)
const retentionText = (retention: readonly number[]): string =>
  ['At the start', 'in the middle', 'at the end'].map((where, index) => `${where} ${shareText(retention[Math.floor((index / 2) * (retention.length - 1))]!)}`).join(', ')

function errorText({ errors, errorCodes }: AudienceAnswer['totals']): string {
  const most = Object.entries(errorCodes).sort((a, b) => b[1] - a[1])[0]
  return most ? `${errors}, mostly ${most[0]}` : '0'
}
