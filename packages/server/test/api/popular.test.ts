/** The most watched videos: their order, page by page, while counts rise and processes meet. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { randomId } from '../../src/base/id.ts'
import { totalPlace } from '../../src/records/audience.ts'
import { addCounts } from '../../src/records/counters.ts'
import { cursorOf, listInLatest } from '../../src/records/listing.ts'
import { openRanks } from '../../src/records/popular.ts'
import { readVideo } from '../../src/records/video.ts'
import { makePlayable } from './add-video.ts'
import { startApi } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

async function stage(t: TestContext, most?: number) {
  const api = await startApi(t)
  const anna = await api.signUp('anna')
  let now = 0
  const openOne = () => openRanks({ documents: api.documents, clock: () => (now += 3_600_000), most })
  const ranks = openOne()
  const watch = async (videoId: string, views: number, through = ranks) => {
    await addCounts(api.documents, totalPlace(videoId, 3), { writer: randomId(8), sequence: 0, counts: { views } })
    await through.place({ id: videoId, accountId: anna.id })
  }
  const add = async () => {
    const videoId = await uploadSmall(api, anna.token)
    await makePlayable(api, videoId)
    return videoId
  }
  const page = async (query = '') => {
    const { status, body } = await api.call('GET', `/videos?sort=popular${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return { ids: body.items.map(({ id }: { id: string }) => id), cursor: body.cursor as string | undefined }
  }
  return { api, anna, openOne, watch, add, page }
}

test('the most watched come first, then the newest; a channel has the same order', async (t) => {
  const { anna, watch, add, page } = await stage(t)
  const [a, b, c, d] = [await add(), await add(), await add(), await add()]
  await watch(a, 3)
  await watch(c, 7)
  assert.deepEqual((await page()).ids, [c, a, d, b])
  await watch(a, 5)
  assert.deepEqual((await page()).ids, [a, c, d, b])
  assert.deepEqual((await page(`&channel=${anna.id}`)).ids, [a, c, d, b])
})

test('pages go on where they ended, from the most watched to the rest', async (t) => {
  const { api, watch, add, page } = await stage(t)
  const [a, b, c] = [await add(), await add(), await add()]
  await watch(b, 1)
  const found: string[] = []
  let cursor: string | undefined
  do {
    const one = await page(`&limit=1${cursor ? `&cursor=${cursor}` : ''}`)
    found.push(...one.ids)
    cursor = one.cursor
  } while (cursor !== undefined)
  assert.deepEqual(found, [b, c, a])
  const ranked = (await page('&limit=1')).cursor
  await api.refused('bad_request', 'GET', `/videos?sort=latest&cursor=${ranked}`)
})

test('ranked videos that the list by date skips count for its page, which ends with a cursor', async (t) => {
  const { api, add, page } = await stage(t)
  const unwatched = await add()
  const { value } = (await readVideo(api.documents, unwatched))!
  const rankedAt = value.completedAt! + 1
  await Promise.all(
    Array.from({ length: 500 }, async (_, i) => {
      const id = String(i).padStart(16, '0')
      await listInLatest(api.documents, { ...value, id, completedAt: rankedAt })
      await api.documents.put('rank', id, '', { views: 1 }, { ifVersion: 'absent' })
    }),
  )
  const first = await page(`&cursor=${cursorOf({ videoId: '0'.repeat(16), at: rankedAt + 1 })}`)
  assert.deepEqual(first.ids, [])
  assert.deepEqual((await page(`&cursor=${first.cursor}`)).ids, [unwatched])
})

test('what is no longer public is not among them', async (t) => {
  const { api, anna, watch, add, page } = await stage(t)
  const [a, b] = [await add(), await add()]
  await watch(a, 9)
  await api.call('PATCH', `/videos/${a}`, { token: anna.token, body: { visibility: 'private' } })
  assert.deepEqual((await page()).ids, [b])
})

test('processes that rank one video at once leave one entry, that of the highest count', async (t) => {
  const { api, openOne, watch, add } = await stage(t)
  const video = await add()
  const processes = [openOne(), openOne(), openOne()]
  for (let round = 0; round < 10; round++) await Promise.all(processes.map((process) => watch(video, 1, process)))
  const { items } = await api.documents.range<{ views: number }>('popular', 'all')
  assert.deepEqual(items.map(({ value }) => value.views), [30])
})

test('the list of all channels ends at its last place; a channel keeps its own', async (t) => {
  const { api, anna, watch, add } = await stage(t, 2)
  for (const views of [5, 3, 4, 1]) await watch(await add(), views)
  const views = async (list: string) => (await api.documents.range<{ views: number }>('popular', list)).items.map(({ value }) => value.views)
  assert.deepEqual(await views('all'), [5, 4])
  assert.deepEqual(await views(anna.id), [5, 4, 3, 1])
})
