/** The player's keys. Pure: a key press in, what it asks for out. */

export type KeyAction =
  | { do: 'toggle' | 'mute' | 'fullscreen' | 'captions' | 'help' | 'picture-in-picture' | 'close' }
  | { do: 'seek-by'; seconds: number }
  | { do: 'seek-to'; fraction: number }
  | { do: 'volume-by'; delta: number }
  | { do: 'rate-by'; steps: number }

export type KeyPress = { key: string; ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean }

/** For the help panel: what is written on the key, and what it does. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['Space or K', 'Play or pause'],
  ['← →', 'Back or forward 5 s'],
  ['J L', 'Back or forward 10 s'],
  ['↑ ↓', 'Louder or softer'],
  ['M', 'Mute'],
  ['F', 'Full screen'],
  ['I', 'Picture in picture'],
  ['C', 'Captions'],
  ['0 – 9', 'Jump to 0 – 90 %'],
  ['< >', 'Slower or faster'],
  ['?', 'This help'],
]

/** Undefined for every key that is not the player's, and for all with a modifier: those are the browser's. */
export function actionOfKey({ key, ctrlKey, metaKey, altKey }: KeyPress): KeyAction | undefined {
  if (ctrlKey || metaKey || altKey) return undefined
  if (/^[0-9]$/.test(key)) return { do: 'seek-to', fraction: Number(key) / 10 }
  switch (key.toLowerCase()) {
    case ' ':
    case 'k': return { do: 'toggle' }
    case 'arrowleft': return { do: 'seek-by', seconds: -5 }
    case 'arrowright': return { do: 'seek-by', seconds: 5 }
    case 'j': return { do: 'seek-by', seconds: -10 }
    case 'l': return { do: 'seek-by', seconds: 10 }
    case 'arrowup': return { do: 'volume-by', delta: 0.05 }
    case 'arrowdown': return { do: 'volume-by', delta: -0.05 }
    case 'm': return { do: 'mute' }
    case 'f': return { do: 'fullscreen' }
    case 'i': return { do: 'picture-in-picture' }
    case 'c': return { do: 'captions' }
    case '<': return { do: 'rate-by', steps: -1 }
    case '>': return { do: 'rate-by', steps: 1 }
    case '?': return { do: 'help' }
    case 'escape': return { do: 'close' }
    default: return undefined
  }
}
