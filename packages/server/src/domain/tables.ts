/** Every table of the documents store: its partition and sort keys, and whether it is always or never written conditionally. */

/** `conditional`: every put carries `ifVersion` (so a store may use its compare-and-set path for all of them), or never. */
export type TableDefinition = { conditional: boolean; partition: string; sort: string }

const table = (conditional: boolean, partition: string, sort: string): TableDefinition => ({ conditional, partition, sort })

export const tables = {
  video: table(true, 'video id', ''),
  plan: table(true, 'video id / revision', 'empty, `tuning`, or `tier-` and a codec'),
  manifest: table(true, 'video id / revision', 'manifest version, 6 digits'),
  chapters: table(true, 'video id', ''),
  chunk: table(true, 'video id / revision', 'track kind and number, chunk index'),
  demand: table(false, 'video id / revision', 'rendition id, chunk index'),
  claim: table(true, 'video id', 'the task, as JSON'),
  due: table(false, 'minute / shard', 'kind and id'),
  mark: table(false, 'name of the walk', ''),
  walk: table(true, 'name of the walk', 'minute'),
  upload: table(true, 'upload id', 'meta'),
  accountWork: table(false, 'account id / stage', 'time, video id'),
  accountUpload: table(false, 'account id', 'upload id'),
  channelVideo: table(false, 'account id / yyyymm', 'descending time, video id'),
  channelMonth: table(false, 'account id', 'yyyymm'),
  latest: table(false, 'hour / bucket', 'descending time, video id'),
  latestHour: table(false, "yyyymm, or 'months'", 'hour / bucket, or yyyymm'),
  popular: table(false, "`all`, or account id", 'descending views, video id'),
  rank: table(true, 'video id', ''),
  viewShard: table(true, 'video id', 'shard, 00 to 63'),
  audienceDay: table(true, 'video id / yyyymmdd', 'hour / shard, 00/00 to 23/15'),
  playback: table(true, 'session id', 'playback id, or `view`'),
  account: table(true, 'account id', ''),
  handle: table(true, 'handle, lower case', ''),
  session: table(false, 'sha256 of the token', ''),
  idempotency: table(true, 'account id / key', ''),
  signingKey: table(true, 'playback', 'key id'),
  withdrawn: table(false, 'all', 'video id'),
  installation: table(true, 'name of the fact', ''),
} as const satisfies Record<string, TableDefinition>

export type TableName = keyof typeof tables
