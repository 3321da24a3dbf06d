/** The bar at the bottom: time line, play, volume, time, captions, settings, picture in picture, full screen. */
import { useRef, type ReactNode } from 'react'
import { clockText } from './clock-text.ts'
import type { Controller } from './controller.ts'
import { CaptionsIcon, ExpandIcon, GearIcon, LoudIcon, MutedIcon, PauseIcon, PictureIcon, PlayIcon, ReplayIcon, ShrinkIcon, SoftIcon } from './icons.tsx'
import { SeekBar, type Timeline } from './seek-bar.tsx'
import { SettingsMenu } from './settings-menu.tsx'
import { usePlayerState } from './use-player-state.ts'

type Props = { controller: Controller; timeline: Timeline; isMenuOpen: boolean; setMenuOpen: (isOpen: boolean) => void }

export function ControlBar({ controller, timeline, isMenuOpen, setMenuOpen }: Props) {
  const { store } = controller
  const status = usePlayerState(store, (state) => state.status)
  const tracks = usePlayerState(store, (state) => state.tracks)
  const captionId = usePlayerState(store, (state) => state.captionId)
  const isFullscreen = usePlayerState(store, (state) => state.isFullscreen)
  const isPictureInPicture = usePlayerState(store, (state) => state.isPictureInPicture)
  const menuButton = useRef<HTMLButtonElement>(null)
  const isRunning = status === 'playing' || status === 'buffering'
  const firstCaption = tracks.captions[0]

  function closeMenu(): void {
    setMenuOpen(false)
    menuButton.current?.focus({ preventScroll: true })
  }

  return (
    <div className="player-bar">
      {isMenuOpen && <SettingsMenu controller={controller} chapters={timeline.chapters} onClose={closeMenu} />}
      <SeekBar controller={controller} timeline={timeline} />
      <div className="player-buttons">
        <IconButton label={isRunning ? 'Pause (K)' : status === 'ended' ? 'Play again (K)' : 'Play (K)'} onClick={controller.toggle}>
          {isRunning ? <PauseIcon /> : status === 'ended' ? <ReplayIcon /> : <PlayIcon />}
        </IconButton>
        <Volume controller={controller} />
        <Clock controller={controller} />
        <span className="player-gap" />
        {firstCaption && (
          <IconButton
            label="Captions (C)"
            isPressed={captionId !== undefined}
            onClick={() => void controller.chooseCaption(captionId === undefined ? firstCaption.id : undefined)}
          >
            <CaptionsIcon />
          </IconButton>
        )}
        <button
          ref={menuButton}
          type="button"
          className="player-button"
          aria-label="Settings"
          title="Settings"
          aria-haspopup="menu"
          aria-expanded={isMenuOpen}
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          <GearIcon />
        </button>
        {document.pictureInPictureEnabled && (
          <IconButton label="Picture in picture (I)" isPressed={isPictureInPicture} onClick={() => void controller.togglePictureInPicture()}>
            <PictureIcon />
          </IconButton>
        )}
        <IconButton label={isFullscreen ? 'Leave full screen (F)' : 'Full screen (F)'} onClick={() => void controller.toggleFullscreen()}>
          {isFullscreen ? <ShrinkIcon /> : <ExpandIcon />}
        </IconButton>
      </div>
    </div>
  )
}

function IconButton({ label, isPressed, onClick, children }: { label: string; isPressed?: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="player-button" aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>
      {children}
    </button>
  )
}

function Volume({ controller }: { controller: Controller }) {
  const volume = usePlayerState(controller.store, (state) => state.volume)
  const isMuted = usePlayerState(controller.store, (state) => state.isMuted)
  const heard = isMuted ? 0 : volume
  return (
    <div className="player-volume">
      <IconButton label={isMuted ? 'Unmute (M)' : 'Mute (M)'} onClick={controller.toggleMute}>
        {heard === 0 ? <MutedIcon /> : heard < 0.5 ? <SoftIcon /> : <LoudIcon />}
      </IconButton>
      <input
        className="player-volume-slider"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={heard}
        aria-label="Volume"
        aria-valuetext={`${Math.round(heard * 100)} %`}
        style={{ backgroundSize: `${heard * 100}% 100%` }}
        onChange={(event) => controller.setVolume(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}

function Clock({ controller }: { controller: Controller }) {
  const current = usePlayerState(controller.store, (state) => Math.floor(state.currentSeconds))
  const duration = usePlayerState(controller.store, (state) => state.durationSeconds)
  return (
    <span className="player-clock">
      {clockText(current)} <span className="player-clock-total">/ {clockText(duration)}</span>
    </span>
  )
}
