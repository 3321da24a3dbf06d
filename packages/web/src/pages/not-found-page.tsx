/** Nothing here. */
import { Link } from 'wouter'
import { Notice } from '../ui/notice.tsx'

export function NotFoundPage({ what = 'page' }: { what?: 'page' | 'video' }) {
  return (
    <main>
      <title>Not found · Sluice</title>
      <Notice
        title={what === 'video' ? 'This video is not here' : 'There is nothing here'}
        text={what === 'video' ? 'It was removed, it is private, or the address has a typing mistake.' : 'The address leads nowhere.'}
      >
        <Link href="/" className="button button-strong">
          Latest videos
        </Link>
      </Notice>
    </main>
  )
}
