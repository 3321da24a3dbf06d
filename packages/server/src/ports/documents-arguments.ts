/** Refuses what no caller may ask of the documents store: programming errors, thrown as TypeError or RangeError. */
import { tables, type TableDefinition } from '../domain/tables.ts'
import type { BatchOperation, Condition, RangeQuery } from './documents.ts'

const keyBytes = 1024
export const valueBytes = 2 ** 20
const batchOperations = 50
const batchBytes = 40 * 2 ** 10
const pageLimit = 1000
const ttlLimitSeconds = 20 * 366 * 86_400

export function tableOf(name: string): TableDefinition {
  if (!Object.hasOwn(tables, name)) throw new TypeError(`there is no table ${JSON.stringify(name)}`)
  return tables[name as keyof typeof tables]
}

/** A sort key may be empty; a partition key may not. */
export function checkKey(key: string, kind: 'partition' | 'sort'): void {
  if (typeof key !== 'string' || !key.isWellFormed() || key.includes('\0')) throw new TypeError(`a ${kind} key is a string of whole characters without NUL`)
  if (kind === 'partition' && key === '') throw new TypeError('a partition key is not empty')
  if (Buffer.byteLength(key) > keyBytes) throw new RangeError(`a ${kind} key has at most ${keyBytes} bytes`)
}

/** Every put of a conditional table carries a condition, none of the others does (domain/tables.ts). */
export function checkPutCondition(table: string, condition: Condition): void {
  const { conditional } = tableOf(table)
  if (conditional && condition === undefined) throw new TypeError(`table ${table} is always written conditionally: give ifVersion`)
  if (!conditional) checkNoCondition(table, condition)
}

/** A delete may always be unconditional; of an unconditional table it must be. */
export function checkDeleteCondition(table: string, condition: Condition): void {
  if (!tableOf(table).conditional) checkNoCondition(table, condition)
}

function checkNoCondition(table: string, condition: Condition): void {
  if (condition !== undefined) throw new TypeError(`table ${table} is never written conditionally: leave ifVersion out`)
}

/** The value as JSON text. */
export function jsonOf(value: unknown): string {
  const json = JSON.stringify(value)
  if (json === undefined) throw new TypeError('a value is plain JSON')
  if (Buffer.byteLength(json) > valueBytes) throw new RangeError(`a value has at most ${valueBytes} bytes`)
  return json
}

export function checkTtl(ttlSeconds: number | undefined): void {
  if (ttlSeconds !== undefined && !(ttlSeconds > 0 && ttlSeconds <= ttlLimitSeconds)) throw new RangeError('a TTL is above 0 and at most 20 years')
}

export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > pageLimit) throw new RangeError(`a limit is from 1 to ${pageLimit}`)
}

export function checkRange(query: RangeQuery): void {
  for (const key of [query.from, query.to, query.cursor]) if (key !== undefined) checkKey(key, 'sort')
}

/** A sort key stands once in a batch: stores differ in which of two writes would win. */
export function checkBatch(operations: BatchOperation[]): void {
  if (operations.length === 0 || operations.length > batchOperations) throw new RangeError(`a batch has 1 to ${batchOperations} operations`)
  const keys = operations.map((operation) => ('put' in operation ? operation.put.sk : operation.delete.sk))
  if (new Set(keys).size < keys.length) throw new TypeError('a sort key stands once in a batch')
  const sizes = operations.map((operation) => ('put' in operation ? Buffer.byteLength(jsonOf(operation.put.value)) : 0))
  if (sizes.reduce((sum, size) => sum + size, 0) > batchBytes) throw new RangeError(`a batch has at most ${batchBytes} bytes of values`)
}
