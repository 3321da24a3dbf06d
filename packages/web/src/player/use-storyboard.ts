/** The tiles of a storyboard, fetched when they are first wanted. */
import { useEffect, useState } from 'react'
import { parseStoryboard, type Tile } from './storyboard.ts'

/** None while they are not there; a storyboard that can't be fetched is done without. */
export function useStoryboard(url: string | null | undefined, isWanted: boolean): readonly Tile[] {
  const [found, setFound] = useState<{ url: string; tiles: Tile[] }>()
  const isNeeded = isWanted && Boolean(url) && found?.url !== url
  useEffect(() => {
    if (!isNeeded || !url) return
    const ending = new AbortController()
    const read = async () => {
      const answer = await fetch(url, { signal: ending.signal })
      setFound({ url, tiles: answer.ok ? parseStoryboard(await answer.text(), url) : [] })
    }
    read().catch(() => undefined)
    return () => ending.abort()
  }, [url, isNeeded])
  return found && found.url === url ? found.tiles : []
}
