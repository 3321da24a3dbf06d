/** Stands in for a page that needs an account. */
import { Link, useLocation } from 'wouter'
import { Notice } from '../ui/notice.tsx'

export function SignInNeeded({ title, text }: { title: string; text: string }) {
  const [path] = useLocation()
  const suffix = `?next=${encodeURIComponent(path)}`
  return (
    <main>
      <Notice title={title} text={text}>
        <Link href={`/sign-in${suffix}`} className="button button-strong">
          Sign in
        </Link>
        <Link href={`/sign-up${suffix}`} className="button">
          Make an account
        </Link>
      </Notice>
    </main>
  )
}
