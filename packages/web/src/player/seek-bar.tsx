/** The time line: played, buffered, a handle, and the time and picture under the pointer. A slider for assistive technology. */
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { clockText, spokenTime } from './clock-text.ts'
import type { Controller } from './controller.ts'
import type { Chapter } from './source.ts'
import { tileAt } from './storyboard.ts'
import { usePlayerState } from './use-player-state.ts'
import { useStoryboard } from './use-storyboard.ts'

/** What is known of the video along its time. */
export type Timeline = { storyboardUrl: string | null | undefined; chapters: readonly Chapter[] }

export function SeekBar({ controller, timeline: { storyboardUrl, chapters } }: { controller: Controller; timeline: Timeline }) {
  const { store } = controller
  const duration = usePlayerState(store, (state) => state.durationSeconds)
  const current = usePlayerState(store, (state) => state.currentSeconds)
  const buffered = usePlayerState(store, (state) => state.buffered)
  const [hover, setHover] = useState<number>()
  const [drag, setDrag] = useState<number>()
  const bar = useRef<HTMLDivElement>(null)

  const tiles = useStoryboard(storyboardUrl, hover !== undefined)
  const tile = hover === undefined ? undefined : tileAt(tiles, hover)
  const chapter = hover === undefined ? undefined : chapters.findLast(({ startSeconds }) => startSeconds <= hover)
  const shown = drag ?? current
  /** Half of what is shown over the bar: it stays within the player. */
  const edge = tile ? tile.width / 2 + 6 : chapter ? 80 : 28
  const share = (seconds: number) => (duration > 0 ? Math.min(1, Math.max(0, seconds / duration)) : 0)
  const secondsAt = (event: PointerEvent) => {
    const box = bar.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * duration
  }

  function move(event: PointerEvent): void {
    const seconds = secondsAt(event)
    setHover(seconds)
    if (drag !== undefined) setDrag(seconds)
  }
  function press(event: PointerEvent): void {
    if (event.button !== 0 || duration === 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag(secondsAt(event))
  }
  function release(event: PointerEvent): void {
    if (drag === undefined) return
    controller.seek(secondsAt(event))
    setDrag(undefined)
    if (event.pointerType !== 'mouse') setHover(undefined)
  }
  /** Arrows and digits go up to the player, which seeks; the slider's own keys are these. */
  function key(event: KeyboardEvent): void {
    const jumps: Record<string, number> = { Home: 0, End: duration, PageUp: current + 30, PageDown: current - 30 }
    const to = jumps[event.key]
    if (to === undefined) return
    event.preventDefault()
    controller.seek(to)
  }

  return (
    <div
      ref={bar}
      className="player-seek"
      data-dragging={drag !== undefined}
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-valuemin={0}
      aria-valuemax={Math.round(duration)}
      aria-valuenow={Math.round(shown)}
      aria-valuetext={`${spokenTime(shown)} of ${spokenTime(duration)}`}
      onPointerMove={move}
      onPointerDown={press}
      onPointerUp={release}
      onPointerCancel={() => setDrag(undefined)}
      onPointerLeave={() => setHover(undefined)}
      onKeyDown={key}
    >
      <div className="player-seek-rail">
        {buffered.map(([from, to]) => (
          <div key={from} className="player-seek-buffered" style={{ left: `${share(from) * 100}%`, width: `${(share(to) - share(from)) * 100}%` }} />
        ))}
        {hover !== undefined && <div className="player-seek-ahead" style={{ transform: `scaleX(${share(hover)})` }} />}
        <div className="player-seek-played" style={{ transform: `scaleX(${share(shown)})` }} />
      </div>
      {chapters.map(({ startSeconds }) => startSeconds > 0 && <div key={startSeconds} className="player-seek-chapter" style={{ left: `${share(startSeconds) * 100}%` }} />)}
      <div className="player-seek-handle" style={{ left: `${share(shown) * 100}%` }} />
      {hover !== undefined && duration > 0 && (
        <div className="player-seek-time" style={{ left: `clamp(${edge}px, ${share(hover) * 100}%, calc(100% - ${edge}px))` }}>
          {tile && (
            <div
              className="player-seek-tile"
              style={{ width: tile.width, height: tile.height, backgroundImage: `url("${tile.url}")`, backgroundPosition: `-${tile.x}px -${tile.y}px` }}
            />
          )}
          {chapter && <div className="player-seek-title">{chapter.title}</div>}
          {clockText(hover)}
        </div>
      )}
    </div>
  )
}
