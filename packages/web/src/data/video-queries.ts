/** Reading and changing videos, through one cache: a change shows in every list at once. */
import type { ChangeVideo, Video, VideoPage } from '@sluice/contract'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { api } from './api.ts'

export const isSettled = (video: Pick<Video, 'state'>): boolean => video.state === 'ready' || video.state === 'failed'
export const isPlayable = (video: Pick<Video, 'state'>): boolean => video.state === 'playable' || video.state === 'ready'

const listKey = 'videos'
const videoKey = (id: string) => ['video', id] as const

/** A list by pages; `channel` is a handle, an id, or `me`. Lists with work in progress look again by themselves. */
export function useVideos(options: { channel?: string; isLive?: boolean; isWanted?: boolean } = {}) {
  const { channel, isLive = false, isWanted = true } = options
  return useInfiniteQuery({
    queryKey: [listKey, channel ?? ''],
    queryFn: ({ pageParam, signal }) => api.videos.list({ channel, sort: 'latest', limit: 24, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: VideoPage) => page.cursor,
    enabled: isWanted,
    refetchInterval: (query) => {
      const videos = query.state.data?.pages.flatMap((page) => page.items) ?? []
      return isLive && videos.some((video) => !isSettled(video) && video.state !== 'awaiting-upload') ? 2500 : false
    },
  })
}

/** Some qualities of a video that plays are made only for viewers who come, or later. */
const isGrowing = (video: Video): boolean => video.state === 'ready' && video.renditions.some(({ complete }) => !complete)
const growingMs = 30_000

/** One video. `pollMs` looks again until it is settled; seldom while qualities are still to come. */
export function useVideo(id: string | undefined, options: { pollMs?: number } = {}) {
  return useQuery({
    queryKey: videoKey(id ?? ''),
    queryFn: ({ signal }) => api.videos.get(id!, { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data } }) => {
      if (!options.pollMs || !data) return false
      return isSettled(data) ? isGrowing(data) && growingMs : options.pollMs
    },
  })
}

export function useChangeVideo(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: ChangeVideo) => api.videos.change(id, change),
    onSuccess: (video) => {
      storeVideo(client, video)
      // What is public or not may have changed: the other lists are asked again when they are next seen.
      void client.invalidateQueries({ queryKey: [listKey], refetchType: 'none' })
    },
  })
}

export function useRetryVideo() {
  const client = useQueryClient()
  return useMutation({ mutationFn: (id: string) => api.videos.retry(id), onSuccess: (video) => storeVideo(client, video) })
}

export function useDeleteVideo() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.videos.delete(id),
    onSuccess: (_nothing, id) => {
      client.setQueriesData<InfiniteData<VideoPage>>({ queryKey: [listKey] }, (list) =>
        mapItems(list, (items) => items.filter((video) => video.id !== id)),
      )
      client.removeQueries({ queryKey: videoKey(id) })
    },
  })
}

/** Puts a newer video into every place of the cache that shows it. */
export function storeVideo(client: QueryClient, video: Video): void {
  client.setQueryData(videoKey(video.id), video)
  client.setQueriesData<InfiniteData<VideoPage>>({ queryKey: [listKey] }, (list) =>
    mapItems(list, (items) => items.map((each) => (each.id === video.id ? { ...each, ...video } : each))),
  )
}

function mapItems(list: InfiniteData<VideoPage> | undefined, change: (items: Video[]) => Video[]): InfiniteData<VideoPage> | undefined {
  return list && { ...list, pages: list.pages.map((page) => ({ ...page, items: change(page.items) })) }
}
