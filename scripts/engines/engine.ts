/** What the start of any engine answers. */

export type Engine = {
  /** Settings of Sluice that use it, by name. */
  settings: Record<string, string>
  /** Ends its processes in order. Repeatable. */
  stop(): Promise<void>
}

/** How `npm run engines` and the tests' set-up know an engine: a file of this folder, one entry in all.ts. */
export type EngineKind = {
  name: string
  /** Fetches and builds what is missing. */
  prepare(): Promise<unknown>
  start(options: { directory: string }): Promise<Engine>
}
