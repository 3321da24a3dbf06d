/** A new page begins at its top; the back button keeps the browser's own place. */
import { useEffect, useRef } from 'react'

export function useScrollToTop(path: string): void {
  const wentBack = useRef(false)
  useEffect(() => {
    const note = () => (wentBack.current = true)
    addEventListener('popstate', note)
    return () => removeEventListener('popstate', note)
  }, [])
  useEffect(() => {
    if (!wentBack.current) scrollTo(0, 0)
    wentBack.current = false
  }, [path])
}
