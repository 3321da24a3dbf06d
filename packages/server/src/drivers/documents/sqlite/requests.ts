/** What the documents driver asks of its thread. Values travel as JSON text, so the thread never parses one. */

export type WriteOperation =
  | { put: { sk: string; json: string; version: string; condition?: string; expiresAt: number | null } }
  | { delete: { sk: string; condition?: string } }

/** `nowMs` is the caller's clock: what expired by then is absent. */
export type DocumentRequest =
  | { kind: 'get'; table: string; pk: string; sk: string; nowMs: number }
  | { kind: 'range'; table: string; pk: string; bounds: Bounds; limit: number; desc: boolean; nowMs: number }
  | { kind: 'scan'; table: string; after: [pk: string, sk: string]; limit: number; nowMs: number }
  | { kind: 'write'; table: string; pk: string; operations: WriteOperation[]; nowMs: number }
  | { kind: 'purge'; limit: number; nowMs: number }
  | { kind: 'ping' }

/** Sort keys between the two; `above` is exclusive where `from` is inclusive. */
export type Bounds = { from?: string; above?: string; below?: string }

export type Row = { pk: string; sk: string; value: string; version: string }
export type Rows = { rows: Row[]; more: boolean }
