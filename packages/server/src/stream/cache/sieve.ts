/**
 * A memory cache with SIEVE eviction (Zhang et al., "SIEVE is Simpler than LRU", NSDI '24), by size. A hit sets one
 * bit and moves nothing, so hits cost next to nothing; a hand walks from the oldest to the newest and evicts what was
 * not asked for since it last passed.
 */

type Node<T> = { key: string; value: T; sizeBytes: number; visited: boolean; wasHit: boolean; newer: Node<T> | undefined; older: Node<T> | undefined }

/** `wasHit`: asked for since it was stored. */
export type OnEvict<T> = (key: string, value: T, wasHit: boolean) => void

/** What an entry costs besides its value: key, node, map slot; measured on Node 24 as 200 to 400 bytes. */
const overheadBytes = 400

export class Sieve<T> {
  readonly #limitBytes: number
  readonly #nodes = new Map<string, Node<T>>()
  #newest: Node<T> | undefined
  #oldest: Node<T> | undefined
  #hand: Node<T> | undefined
  #sizeBytes = 0
  readonly #onEvict: OnEvict<T> | undefined

  /** Holds at most `limitBytes`, overhead counted. */
  constructor(limitBytes: number, onEvict?: OnEvict<T>) {
    this.#limitBytes = limitBytes
    this.#onEvict = onEvict
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get count(): number {
    return this.#nodes.size
  }

  /** Without counting as asked for. */
  has(key: string): boolean {
    return this.#nodes.has(key)
  }

  get(key: string): T | undefined {
    const node = this.#nodes.get(key)
    if (!node) return undefined
    node.visited = true
    node.wasHit = true
    return node.value
  }

  /** What would take more than an eighth of the cache is not kept: it would push out too much else. */
  takes(valueBytes: number): boolean {
    return valueBytes + overheadBytes <= this.#limitBytes / 8
  }

  /** Stores or replaces what it takes. */
  set(key: string, value: T, valueBytes: number): void {
    this.delete(key)
    if (!this.takes(valueBytes)) return
    const sizeBytes = valueBytes + overheadBytes
    while (this.#sizeBytes + sizeBytes > this.#limitBytes) this.#evict()
    const node: Node<T> = { key, value, sizeBytes, visited: false, wasHit: false, newer: undefined, older: this.#newest }
    if (this.#newest) this.#newest.newer = node
    this.#newest = node
    this.#oldest ??= node
    this.#nodes.set(key, node)
    this.#sizeBytes += sizeBytes
  }

  delete(key: string): void {
    const node = this.#nodes.get(key)
    if (node) this.#remove(node)
  }

  clear(): void {
    this.#nodes.clear()
    this.#newest = this.#oldest = this.#hand = undefined
    this.#sizeBytes = 0
  }

  #evict(): void {
    let node = this.#hand ?? this.#oldest!
    while (node.visited) {
      node.visited = false
      node = node.newer ?? this.#oldest!
    }
    this.#hand = node
    this.#remove(node)
    this.#onEvict?.(node.key, node.value, node.wasHit)
  }

  #remove(node: Node<T>): void {
    if (this.#hand === node) this.#hand = node.newer
    if (node.newer) node.newer.older = node.older
    else this.#newest = node.older
    if (node.older) node.older.newer = node.newer
    else this.#oldest = node.newer
    this.#nodes.delete(node.key)
    this.#sizeBytes -= node.sizeBytes
  }
}
