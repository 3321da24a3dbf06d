/** The tracer's shape. roles/ opens one where a collector is set; everything else is handed it, or none. */

/** Ids, names of renditions, numbers, codes. Never a title, a token or a URL. */
export type Attributes = Record<string, string | number | boolean | string[]>

export type Tracer = {
  /**
   * Does the work as a span of that video's trace: below the one that it is called in, or else below the video's own.
   * `note` adds attributes. What it rejects with is noted by name and code.
   */
  span<T>(name: string, videoId: string, attributes: Attributes, work: (note: Note) => Promise<T>): Promise<T>
  /** The video's own span, above all others: when it is ready, or has failed with that code. */
  video(videoId: string, span: { fromMs: number; toMs: number; attributes: Attributes; failure?: string }): void
  /** Sends what was not sent yet, for some seconds at the most. Never rejects. */
  close(): Promise<void>
}

type Note = (attributes: Attributes) => void

/** The work, as a span where there is a tracer. */
export function traced<T>(tracer: Tracer | undefined, name: string, videoId: string, attributes: Attributes, work: (note: Note) => Promise<T>): Promise<T> {
  return tracer ? tracer.span(name, videoId, attributes, work) : work(() => {})
}
