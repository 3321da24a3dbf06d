/** Catches what a page throws while it is drawn. A class: React has no other way to catch it. */
import { Component, type ReactNode } from 'react'
import { Notice } from './notice.tsx'

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state = { error: undefined }
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    if (!this.state.error) return this.props.children
    // A page's script that can't be fetched is usually one of an older build: the reload brings the new one.
    return (
      <Notice title="This page broke" text="Reloading usually helps. If it does not, the server may be away for a moment.">
        <button type="button" className="button button-strong" onClick={() => location.reload()}>
          Reload
        </button>
      </Notice>
    )
  }
}
