/** An account's videos that want encoding, oldest first, by stage: the list that fairness between accounts goes by. */
import type { Video } from '../domain/video.ts'
import type { Documents } from '../ports/documents.ts'

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

/** All of an account, by pages of `limit`. */
export async function* pagesOfAccountWork(documents: Documents, accountId: string, stage: WorkStage, limit: number): AsyncGenerator<AccountWork[]> {
  for (let cursor: string | undefined; ; ) {
    const page = await documents.range<AccountWork>('accountWork', partition(accountId, stage), { limit, cursor })
    yield page.items.map(({ value }) => value)
    cursor = page.cursor
    if (cursor === undefined) return
  }
}
