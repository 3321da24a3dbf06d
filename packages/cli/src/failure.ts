/** How a command ends when it does not end well. */

/** 1: it failed · 2: called wrongly · 3: not signed in · 130: interrupted by Ctrl-C. */
export type ExitCode = 1 | 2 | 3 | 130

/** Printed as it is, without a stack; the process ends with `exitCode`. */
export class CommandFailure extends Error {
  override name = 'CommandFailure'
  readonly exitCode: ExitCode
  constructor(message: string, exitCode: ExitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
