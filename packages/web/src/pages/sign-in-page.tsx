/** Signing in, or making an account. */
import { useState, type FormEvent } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { isCode, messageOf } from '../data/api.ts'
import { useSignIn } from '../session/use-session.ts'
import { Logo } from '../ui/logo.tsx'
import './sign-in-page.css'

/** Only a path of this site: an address from outside must not send people elsewhere. */
export const safeNext = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : '/')

export function SignInPage({ kind }: { kind: 'sign-in' | 'sign-up' }) {
  const isNew = kind === 'sign-up'
  const [query] = useSearchParams()
  const [, navigate] = useLocation()
  const [handle, setHandle] = useState('')
  const [password, setPassword] = useState('')
  const send = useSignIn(kind)
  const next = safeNext(query.get('next'))
  const suffix = query.get('next') ? `?next=${encodeURIComponent(next)}` : ''

  function submit(event: FormEvent): void {
    event.preventDefault()
    send.mutate({ handle: handle.trim(), password }, { onSuccess: () => navigate(next, { replace: true }) })
  }

  return (
    <main className="page sign-in">
      <title>{isNew ? 'Make an account · Sluice' : 'Sign in · Sluice'}</title>
      <form className="sign-in-form" onSubmit={submit}>
        <Logo size={44} />
        <h1>{isNew ? 'Make an account' : 'Sign in'}</h1>
        <label className="field">
          <span>Handle</span>
          <input
            className="input"
            name="handle"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            minLength={3}
            maxLength={32}
            pattern="[a-zA-Z0-9_\-]{3,32}"
            title="3 to 32 letters, digits, _ or -"
            value={handle}
            onChange={(event) => setHandle(event.currentTarget.value)}
          />
          {isNew && <small>Names your channel. Letters, digits, _ and -</small>}
        </label>
        <label className="field">
          <span>Password</span>
          <input
            className="input"
            name="password"
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            required
            minLength={isNew ? 10 : undefined}
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {isNew && <small>At least 10 characters; a sentence is a good one</small>}
        </label>
        {send.isError && (
          <p className="banner banner-danger" role="alert">
            {messageOf(send.error)}
            {isCode(send.error, 'handle_taken') && '. If it is yours, sign in instead.'}
          </p>
        )}
        <button type="submit" className="button button-strong" disabled={send.isPending}>
          {send.isPending ? 'One moment…' : isNew ? 'Make the account' : 'Sign in'}
        </button>
        <p className="sign-in-other">
          {isNew ? 'Already here before? ' : 'New here? '}
          <Link href={isNew ? `/sign-in${suffix}` : `/sign-up${suffix}`} onClick={() => send.reset()}>
            {isNew ? 'Sign in' : 'Make an account'}
          </Link>
        </p>
      </form>
    </main>
  )
}
