/** The settings menu: chapters, quality, speed, audio track, captions. Pages of radio items, for mouse, finger and keys. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Controller } from './controller.ts'
import { BackIcon, CheckIcon } from './icons.tsx'
import { rates } from './rates.ts'
import { clockText } from './clock-text.ts'
import type { Chapter, Quality } from './source.ts'
import { usePlayerState } from './use-player-state.ts'

type Page = 'main' | 'chapters' | 'quality' | 'speed' | 'audio' | 'captions'
type Item = { key: string; label: string; note?: string; isChosen: boolean; choose: () => void }

/** “1080p60”: frame rates above 30 are worth a word. */
export const qualityLabel = ({ height, frameRate }: Quality): string => `${height}p${(frameRate ?? 0) > 31 ? Math.round(frameRate!) : ''}`
export const rateLabel = (rate: number): string => (rate === 1 ? 'Normal' : `${rate}×`)

export function SettingsMenu({ controller, chapters, onClose }: { controller: Controller; chapters: readonly Chapter[]; onClose: () => void }) {
  const [page, setPage] = useState<Page>('main')
  const menu = useRef<HTMLDivElement>(null)
  const { store } = controller
  const tracks = usePlayerState(store, (state) => state.tracks)
  const quality = usePlayerState(store, (state) => state.quality)
  const rate = usePlayerState(store, (state) => state.rate)
  const captionId = usePlayerState(store, (state) => state.captionId)
  const chapter = usePlayerState(store, (state) => chapters.findLast(({ startSeconds }) => startSeconds <= state.currentSeconds))

  useEffect(() => {
    const chosen = menu.current?.querySelector<HTMLElement>('[aria-checked=true]') ?? menu.current?.querySelector<HTMLElement>('[role^=menuitem]')
    chosen?.focus({ preventScroll: true })
  }, [page])

  const pick = (choose: () => void) => () => {
    choose()
    onClose()
  }
  const auto = tracks.activeHeight && quality === 'auto' ? `${tracks.activeHeight}p` : undefined
  const pages: Record<Exclude<Page, 'main'>, { title: string; now: string; items: Item[] }> = {
    chapters: {
      title: 'Chapters',
      now: chapter?.title ?? '',
      items: chapters.map((each) => ({
        key: String(each.startSeconds),
        label: each.title,
        note: clockText(each.startSeconds),
        isChosen: each === chapter,
        choose: () => controller.seek(each.startSeconds),
      })),
    },
    quality: {
      title: 'Quality',
      now: quality === 'auto' ? `Auto${auto ? ` · ${auto}` : ''}` : `${quality}p`,
      items: [
        { key: 'auto', label: 'Auto', note: auto, isChosen: quality === 'auto', choose: () => void controller.chooseQuality('auto') },
        ...tracks.qualities.map((each) => ({
          key: String(each.height),
          label: qualityLabel(each),
          isChosen: quality === each.height,
          choose: () => void controller.chooseQuality(each.height),
        })),
      ],
    },
    speed: {
      title: 'Speed',
      now: rateLabel(rate),
      items: rates.map((each) => ({ key: String(each), label: rateLabel(each), isChosen: rate === each, choose: () => controller.setRate(each) })),
    },
    audio: {
      title: 'Audio',
      now: tracks.audio.find(({ id }) => id === tracks.activeAudio)?.label ?? '',
      items: tracks.audio.map(({ id, label }) => ({ key: id, label, isChosen: id === tracks.activeAudio, choose: () => void controller.chooseAudio(id) })),
    },
    captions: {
      title: 'Captions',
      now: tracks.captions.find(({ id }) => id === captionId)?.label ?? 'Off',
      items: [
        { key: 'off', label: 'Off', isChosen: captionId === undefined, choose: () => void controller.chooseCaption(undefined) },
        ...tracks.captions.map(({ id, label }) => ({ key: id, label, isChosen: id === captionId, choose: () => void controller.chooseCaption(id) })),
      ],
    },
  }
  const listed = (['chapters', 'quality', 'speed', 'audio', 'captions'] as const).filter((name) => {
    if (name === 'chapters') return chapters.length > 0
    if (name === 'quality') return tracks.qualities.length > 0
    if (name === 'audio') return tracks.audio.length > 1
    return name === 'speed' || tracks.captions.length > 0
  })

  function key(event: KeyboardEvent): void {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) items.at((at + step) % items.length)?.focus()
    else if (event.key === 'Escape') onClose()
    else if (event.key === 'ArrowLeft' && page !== 'main') setPage('main')
    else if (event.key !== 'Enter' && event.key !== ' ' && event.key !== 'Tab') return
    event.stopPropagation()
    if (step !== undefined || event.key === 'Escape') event.preventDefault()
  }

  let content: ReactNode
  if (page === 'main') {
    content = listed.map((name) => (
      <button key={name} type="button" role="menuitem" aria-haspopup="menu" className="player-menu-item" onClick={() => setPage(name)}>
        <span>{pages[name].title}</span>
        <span className="player-menu-note">{pages[name].now}</span>
      </button>
    ))
  } else {
    content = (
      <>
        <button type="button" role="menuitem" className="player-menu-item player-menu-back" onClick={() => setPage('main')}>
          <BackIcon /> {pages[page].title}
        </button>
        {pages[page].items.map(({ key, label, note, isChosen, choose }) => (
          <button key={key} type="button" role="menuitemradio" aria-checked={isChosen} className="player-menu-item" onClick={pick(choose)}>
            <span className="player-menu-check">{isChosen && <CheckIcon />}</span>
            <span>{label}</span>
            {note && <span className="player-menu-note">{note}</span>}
          </button>
        ))}
      </>
    )
  }
  return (
    <div ref={menu} className="player-menu" role="menu" aria-label={page === 'main' ? 'Settings' : pages[page].title} onKeyDown={key}>
      {content}
    </div>
  )
}
