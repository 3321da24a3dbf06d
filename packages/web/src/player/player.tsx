/** The player: give it a source and it plays. It imports nothing from the rest of the site and can be lifted out alone. */
import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { ControlBar } from './control-bar.tsx'
import { createController, type Controller } from './controller.ts'
import { BigButton, ErrorPanel, KeyHelp, Spinner } from './overlays.tsx'
import { performKey } from './perform-key.ts'
import type { Timeline } from './seek-bar.tsx'
import './player.css'
import type { Chapter, PlayerSource } from './source.ts'
import { useIdle } from './use-idle.ts'
import { usePlayerState } from './use-player-state.ts'

export type PlayerProps = {
  /** Undefined while it is not known yet: the poster shows. A new object loads anew at the same time. */
  source: PlayerSource | undefined
  /** A later version of `source`, with more qualities: they join without an interruption. */
  laterSource?: PlayerSource
  title: string
  posterUrl?: string | null
  /** Width over height; keeps the page from jumping. 16/9 by default. */
  aspectRatio?: number
  autoplay?: boolean
  /** By start. */
  chapters?: readonly Chapter[]
  /** WebVTT that points into sheets of small pictures. It may change while the source plays on. */
  storyboardUrl?: string | null
  /** How much of it is encoded, 0 to 1 (the default): below 1, higher qualities are chosen with care. */
  encodedShare?: number
  /** Called when the source's addresses have expired: fetch fresh ones, in a new object. */
  onRetry?: () => void
}

export function Player(props: PlayerProps) {
  const root = useRef<HTMLDivElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const text = useRef<HTMLDivElement>(null)
  const [controller, setController] = useState<Controller>()

  useEffect(() => {
    const made = createController(video.current!, root.current!, text.current!)
    setController(made)
    return () => {
      setController(undefined)
      void made.destroy()
    }
  }, [])

  const { source, laterSource, autoplay = true, encodedShare = 1 } = props
  useEffect(() => void controller?.setEncodedShare(encodedShare), [controller, encodedShare])
  useEffect(() => {
    if (!controller || !source) return
    void controller.load(source, { autoplay, startSeconds: controller.store.read().currentSeconds })
  }, [controller, source, autoplay])
  useEffect(() => void (laterSource && controller?.grow(laterSource)), [controller, laterSource])

  const ratio = Math.min(Math.max(props.aspectRatio ?? 16 / 9, 0.5), 3)
  return (
    <div ref={root} className="player" style={{ '--player-ratio': ratio } as object} tabIndex={-1} role="region" aria-label={`Video player: ${props.title}`}>
      <video ref={video} className="player-video" poster={props.posterUrl ?? undefined} playsInline preload="auto" />
      <div ref={text} className="player-text" />
      {controller && <Face controller={controller} root={root} timeline={{ storyboardUrl: props.storyboardUrl, chapters: props.chapters ?? [] }} onRetry={props.onRetry} />}
    </div>
  )
}

type FaceProps = { controller: Controller; root: RefObject<HTMLDivElement | null>; timeline: Timeline; onRetry: (() => void) | undefined }

/** Everything over the picture. State goes to data attributes of the root, where style sheets and tests read it. */
function Face({ controller, root, timeline, onRetry }: FaceProps) {
  const { store } = controller
  const status = usePlayerState(store, (state) => state.status)
  const started = usePlayerState(store, (state) => state.started)
  const stalls = usePlayerState(store, (state) => state.stalls)
  const height = usePlayerState(store, (state) => state.tracks.activeHeight)
  const quality = usePlayerState(store, (state) => state.quality)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const isRunning = status === 'playing' || status === 'buffering'
  const isIdle = useIdle(root, isRunning && !isMenuOpen)

  useEffect(() => {
    const values: Record<string, string | undefined> = {
      state: status,
      height: height ? String(height) : undefined,
      quality: String(quality),
      stalls: String(stalls),
      started: String(started),
      idle: String(isIdle),
    }
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete root.current!.dataset[name]
      else root.current!.dataset[name] = value
    }
  }, [root, status, height, quality, stalls, started, isIdle])

  // Keys work anywhere on the page, except where something else is being typed or pressed.
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const isElsewhere = event.target instanceof HTMLElement && event.target !== document.body && !root.current!.contains(event.target)
      if (!isElsewhere) performKey(event, controller, { setHelpOpen, setMenuOpen })
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [controller, root])

  // A finger's first touch brings the controls, anything else plays or pauses. Known when it comes down: before the click they are up.
  const isWaking = useRef(false)
  const press = (event: PointerEvent) => void (isWaking.current = event.pointerType === 'touch' && isRunning && isIdle)
  function click(): void {
    if (isMenuOpen) return setMenuOpen(false)
    if (!isWaking.current) controller.toggle()
  }

  return (
    <>
      <div className="player-surface" aria-hidden="true" onPointerDown={press} onClick={click} onDoubleClick={() => void controller.toggleFullscreen()} />
      <Spinner controller={controller} />
      <BigButton controller={controller} />
      <div className="player-chrome">
        <ControlBar controller={controller} timeline={timeline} isMenuOpen={isMenuOpen} setMenuOpen={setMenuOpen} />
      </div>
      <ErrorPanel controller={controller} onRetry={onRetry} />
      {isHelpOpen && <KeyHelp onClose={() => setHelpOpen(false)} />}
    </>
  )
}
