/** The top of every page: home, upload, one's own videos, signing in and out. */
import { Link, useLocation } from 'wouter'
import { useSession, useSignOut } from '../session/use-session.ts'
import { UploadIcon, UserIcon } from '../ui/icons.tsx'
import { Logo } from '../ui/logo.tsx'
import { useOnline } from '../ui/use-online.ts'
import './header.css'

export function Header() {
  const { account } = useSession()
  const [path, navigate] = useLocation()
  const signOut = useSignOut()
  const isOnline = useOnline()
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <header className="header">
        <Link href="/" className="header-brand" aria-label="Sluice, home">
          <Logo />
          <span>Sluice</span>
        </Link>
        <nav className="header-nav" aria-label="Main">
          <Link href="/upload" className="button button-strong">
            <UploadIcon size={18} />
            <span>Upload</span>
          </Link>
          {account && (
            <Link href="/my" className="button button-quiet" aria-current={path === '/my' ? 'page' : undefined}>
              My videos
            </Link>
          )}
          {account === null && (
            <Link href="/sign-in" className="button button-quiet" aria-current={path === '/sign-in' ? 'page' : undefined}>
              Sign in
            </Link>
          )}
          {account && (
            <details className="header-account" onClick={(event) => (event.target as HTMLElement).closest('.header-menu') && event.currentTarget.removeAttribute('open')}>
              <summary aria-label={`Account of ${account.handle}`} title={account.handle}>
                {account.handle.slice(0, 1).toUpperCase()}
              </summary>
              <div className="header-menu">
                <p>
                  <UserIcon size={18} /> {account.handle}
                </p>
                <Link href={`/channel/${account.handle}`}>Your channel</Link>
                <button type="button" disabled={signOut.isPending} onClick={() => signOut.mutate(undefined, { onSuccess: () => navigate('/') })}>
                  Sign out
                </button>
              </div>
            </details>
          )}
        </nav>
      </header>
      {!isOnline && (
        <p className="header-offline" role="status">
          You are offline. What is already loaded keeps working; uploads go on when the network is back.
        </p>
      )}
      <div id="content" tabIndex={-1} />
    </>
  )
}
