/** Why a task did not end well, where the worker must tell one reason from another. */

/** The uploaded file is not in the store. Counts as a failed attempt; the last one names it as the video's failure. */
export class SourceMissing extends Error {
  override name = 'SourceMissing'
}

/** Not this worker's to do now: the task goes back to the queue, and no failed attempt is counted. */
export class GiveBack extends Error {
  override name = 'GiveBack'
  readonly delaySeconds: number
  constructor(message: string, delaySeconds: number) {
    super(message)
    this.delaySeconds = delaySeconds
  }
}
