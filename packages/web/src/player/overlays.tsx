/** What lies over the picture: the big play button, the spinner, the error, the help for keys. */
import { useEffect, useState } from 'react'
import type { Controller } from './controller.ts'
import { PlayIcon, ReplayIcon } from './icons.tsx'
import { keyHelp } from './keys.ts'
import { usePlayerState } from './use-player-state.ts'

/** A wait shorter than this needs no spinner: one that only flashes looks like a fault. */
const spinnerAfterMs = 600

export function Spinner({ controller }: { controller: Controller }) {
  const status = usePlayerState(controller.store, (state) => state.status)
  const isWaiting = status === 'buffering' || status === 'loading'
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    if (!isWaiting) return setShown(false)
    const timer = setTimeout(() => setShown(true), spinnerAfterMs)
    return () => clearTimeout(timer)
  }, [isWaiting])
  return <div className="player-spinner" hidden={!isShown || !isWaiting} role="status" aria-label="Loading" />
}

/** Shown before the first frame plays, when the browser wants a click, and at the end. */
export function BigButton({ controller }: { controller: Controller }) {
  const status = usePlayerState(controller.store, (state) => state.status)
  const started = usePlayerState(controller.store, (state) => state.started)
  const isWanted = status === 'ended' || (status === 'paused' && !started)
  if (!isWanted) return null
  return (
    <button type="button" className="player-big" aria-label={status === 'ended' ? 'Play again' : 'Play'} onClick={controller.play}>
      {status === 'ended' ? <ReplayIcon /> : <PlayIcon />}
    </button>
  )
}

export function ErrorPanel({ controller, onRetry }: { controller: Controller; onRetry: (() => void) | undefined }) {
  const error = usePlayerState(controller.store, (state) => state.error)
  if (!error) return null
  // A session that is over needs another address; anything else goes on where it stopped.
  const retry = () => (onRetry && ['expired', 'gone'].includes(error.code) ? onRetry() : void controller.retry())
  return (
    <div className="player-error" role="alert">
      <p>{error.message}</p>
      {error.retryable && (
        <button type="button" className="player-retry" onClick={retry}>
          Try again
        </button>
      )}
      <small>{error.code}</small>
    </div>
  )
}

export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <div className="player-help" role="dialog" aria-label="Keys">
      <dl>
        {keyHelp.map(([key, what]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="player-retry" autoFocus onClick={onClose}>
        Close
      </button>
    </div>
  )
}
