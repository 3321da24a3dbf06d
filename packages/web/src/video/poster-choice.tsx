/** The pictures to choose a poster from. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, messageOf } from '../data/api.ts'
import { useChangeVideo } from '../data/video-queries.ts'
import { clockText } from '../player/clock-text.ts'

export function PosterChoice({ videoId }: { videoId: string }) {
  const client = useQueryClient()
  const queryKey = ['posters', videoId]
  const posters = useQuery({ queryKey, queryFn: ({ signal }) => api.videos.posters(videoId, { signal }) })
  const change = useChangeVideo(videoId)
  const choose = (posterId: string) => change.mutate({ posterId }, { onSuccess: () => client.invalidateQueries({ queryKey }) })
  const error = posters.error ?? change.error
  if (error) return <p className="error-text" role="alert">{messageOf(error)}</p>
  if (posters.data?.items.length === 0) return <p className="soft">Pictures to choose from are made when the video is ready.</p>
  return (
    <div className="poster-choice" role="radiogroup" aria-label="Poster">
      {posters.data?.items.map(({ id, url, atSeconds, isChosen }) => (
        <button
          key={id}
          type="button"
          role="radio"
          aria-checked={isChosen}
          aria-label={atSeconds === undefined ? 'Chosen automatically' : `At ${clockText(atSeconds)}`}
          disabled={change.isPending}
          onClick={() => choose(id)}
        >
          <img src={url} alt="" loading="lazy" />
        </button>
      ))}
    </div>
  )
}
