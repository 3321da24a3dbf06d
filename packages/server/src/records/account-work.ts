/** An account's videos that want encoding, oldest first, by stage: the list that fairness between accounts goes by. */
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'
import { rows } from './rows.ts'

/** `opening`: until it can be played. `bulk`: until it is ready. */
export type WorkStage = 'opening' | 'bulk'
export type AccountWork = { videoId: string }

const partition = (accountId: string, stage: WorkStage): string => `${accountId}/${stage}`
const sortKey = (video: Video): string => `${String(video.completedAt ?? video.createdAt).padStart(15, '0')}/${video.id}`

/** Writing it again is harmless. */
export async function listAccountWork(documents: Documents, stage: WorkStage, video: Video): Promise<void> {
  const work: AccountWork = { videoId: video.id }
  await documents.put('accountWork', partition(video.accountId, stage), sortKey(video), work)
}

export async function unlistAccountWork(documents: Documents, stage: WorkStage, video: Video): Promise<void> {
  await documents.delete('accountWork', partition(video.accountId, stage), sortKey(video))
}

/** All of an account, read as they are asked for. */
export const readAccountWork = (documents: Documents, accountId: string, stage: WorkStage): AsyncGenerator<AccountWork, undefined> =>
  rows<AccountWork>(documents, 'accountWork', partition(accountId, stage))
