/** Whether the viewer has left the player alone: then the controls fade and the pointer hides. */
import { useEffect, useState, type RefObject } from 'react'

const idleAfterMs = 2500

/** False for as long as `isPossible` is false, and for a moment after every movement, touch or focus inside. */
export function useIdle(root: RefObject<HTMLElement | null>, isPossible: boolean): boolean {
  const [isIdle, setIdle] = useState(false)
  useEffect(() => {
    const element = root.current
    if (!element || !isPossible) return setIdle(false)
    let timer = setTimeout(() => setIdle(true), idleAfterMs)
    const stir = () => {
      clearTimeout(timer)
      setIdle(false)
      timer = setTimeout(() => setIdle(true), idleAfterMs)
    }
    const leave = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setIdle(true), 400)
    }
    const ending = new AbortController()
    for (const type of ['pointermove', 'pointerup', 'focusin', 'keydown']) element.addEventListener(type, stir, { signal: ending.signal })
    element.addEventListener('mouseleave', leave, { signal: ending.signal })
    return () => {
      clearTimeout(timer)
      ending.abort()
    }
  }, [root, isPossible])
  return isIdle
}
