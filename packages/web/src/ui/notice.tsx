/** A message that stands in for a page's content: empty, failed, not found. */
import type { ReactNode } from 'react'
import { Logo } from './logo.tsx'

export function Notice({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <section className="notice">
      <Logo size={56} />
      <h1>{title}</h1>
      {text && <p>{text}</p>}
      {children && <div className="notice-actions">{children}</div>}
    </section>
  )
}
