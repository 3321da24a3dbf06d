/** Does what a key asks for. */
import type { Controller } from './controller.ts'
import { actionOfKey } from './keys.ts'
import { rates } from './rates.ts'

type Panels = { setHelpOpen: (change: (isOpen: boolean) => boolean) => void; setMenuOpen: (isOpen: boolean) => void }

/** Leaves keys alone that a focused control uses itself: space and enter on buttons, arrows on the volume slider. */
export function performKey(event: KeyboardEvent, controller: Controller, panels: Panels): void {
  if (event.defaultPrevented) return
  const target = event.target as HTMLElement
  if (event.key === ' ' && target.closest?.('button')) return
  if (target instanceof HTMLInputElement && (event.key.startsWith('Arrow') || target.type !== 'range')) return
  const action = actionOfKey(event)
  if (!action) return
  const { store } = controller
  const state = store.read()
  switch (action.do) {
    case 'toggle': controller.toggle(); break
    case 'mute': controller.toggleMute(); break
    case 'fullscreen': void controller.toggleFullscreen(); break
    case 'picture-in-picture': void controller.togglePictureInPicture(); break
    case 'captions':
      if (state.tracks.captions[0]) void controller.chooseCaption(state.captionId === undefined ? state.tracks.captions[0].id : undefined)
      break
    case 'seek-by': controller.seekBy(action.seconds); break
    case 'seek-to': controller.seek(action.fraction * state.durationSeconds); break
    case 'volume-by': controller.setVolume((state.isMuted ? 0 : state.volume) + action.delta); break
    case 'rate-by': {
      const at = rates.findIndex((rate) => rate >= state.rate)
      const next = rates[Math.min(rates.length - 1, Math.max(0, at + action.steps))]
      if (next !== undefined) controller.setRate(next)
      break
    }
    case 'help': panels.setHelpOpen((isOpen) => !isOpen); break
    case 'close':
      panels.setHelpOpen(() => false)
      panels.setMenuOpen(false)
      // Not prevented: Escape also leaves full screen.
      return
  }
  event.preventDefault()
}
