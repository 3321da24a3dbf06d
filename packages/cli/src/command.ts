/** What a command is. */
import type { Environment } from './environment.ts'

export type Context = {
  environment: Environment
  /** Aborts at the first Ctrl-C or SIGTERM; a second Ctrl-C ends the program at once. */
  signal: AbortSignal
}

export type Command = {
  /** As shown by help: `sluice upload FILE… [--title TEXT]`. */
  usage: string
  /** What help says below the usage. */
  help: string
  /** Its own exit code, 0 if it answers none; a CommandFailure says why it ended otherwise. */
  run(args: string[], context: Context): Promise<number | void>
  /** True if the command ends by signals on its own terms (the server drains). */
  handlesSignals?: boolean
}
