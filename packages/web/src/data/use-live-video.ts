/** A video whose state and progress follow the server's events while it is being encoded. */
import type { Video } from '@sluice/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from './api.ts'
import { isSettled, useVideo } from './video-queries.ts'

/** The slow question beside the stream: what a proxy swallows is seen anyway. */
const pollMs = 10_000

/**
 * One open stream per call: a browser allows six connections to a server, so lists ask again instead.
 * A new state or manifest version fetches the whole video; mere progress is written into the cache.
 */
export function useLiveVideo(id: string) {
  const client = useQueryClient()
  const query = useVideo(id, { pollMs })
  const isOpen = query.data !== undefined && !isSettled(query.data)

  useEffect(() => {
    if (!isOpen) return
    const ending = new AbortController()
    const follow = async () => {
      let manifestVersion: number | undefined
      for await (const event of api.videos.events(id, { signal: ending.signal })) {
        const known = client.getQueryData<Video>(['video', id])
        const isNew = known?.state !== event.state || (manifestVersion !== undefined && manifestVersion !== event.manifestVersion)
        manifestVersion = event.manifestVersion
        if (isNew) await client.invalidateQueries({ queryKey: ['video', id] })
        else client.setQueryData<Video>(['video', id], (video) => video && { ...video, progress: event.progress })
      }
    }
    // Ends when the page is left; a refusal (gone, signed out) shows at the next question.
    follow().catch(() => undefined)
    return () => ending.abort()
  }, [client, id, isOpen])

  return query
}
