/** What the documents driver asks of its thread. Values travel as JSON text, so the thread never parses one. */
import type { Bounds } from '../../../ports/documents-pages.ts'

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

/** `expiresAt` of what a scan meets. */
export type Row = { pk: string; sk: string; value: string; version: string; expiresAt?: number | null }
export type Rows = { rows: Row[]; more: boolean }
