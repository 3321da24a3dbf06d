/** Where unfinished uploads are remembered, so that another process or tab can go on with them. */

/** `idempotencyKey` is stored before the upload is begun: a begin whose answer was lost is repeated, not doubled. */
export type ResumeRecord = { idempotencyKey: string; uploadId?: string; videoId?: string; savedAt: number }

/** Losing a record costs sending the file again, never more; so implementations may drop what is old. */
export interface ResumeStore {
  get(key: string): Promise<ResumeRecord | undefined>
  set(key: string, record: ResumeRecord): Promise<void>
  delete(key: string): Promise<void>
}

/** The key of one file on one server for one account. */
export const resumeKey = (baseUrl: string, account: string | undefined, fingerprint: string): string =>
  JSON.stringify([baseUrl, account ?? '', fingerprint])
