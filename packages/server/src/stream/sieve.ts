/**
 * A memory cache with SIEVE eviction (Zhang et al., "SIEVE is Simpler than LRU", NSDI '24), by size. A hit sets one
 * bit and moves nothing, so hits cost next to nothing; a hand walks from the oldest to the newest and evicts what was
 * not asked for since it last passed.
 */

type Node<T> = { key: string; value: T; sizeBytes: number; visited: boolean; newer: Node<T> | undefined; older: Node<T> | undefined }

/** What an entry costs besides its value: key, node, map slot; measured on Node 24 as 200 to 400 bytes. */
const overheadBytes = 400

export class Sieve<T> {
  readonly #limitBytes: number
  readonly #nodes = new Map<string, Node<T>>()
  #newest: Node<T> | undefined
  #oldest: Node<T> | undefined
  #hand: Node<T> | undefined
  #sizeBytes = 0

  /** Holds at most `limitBytes`, overhead counted. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get count(): number {
    return this.#nodes.size
  }

  get(key: string): T | undefined {
    const node = this.#nodes.get(key)
    if (!node) return undefined
    node.visited = true
    return node.value
  }

  /** Stores or replaces. What would take more than an eighth of the cache is not kept: it would push out too much else. */
  set(key: string, value: T, valueBytes: number): void {
    this.delete(key)
    const sizeBytes = valueBytes + overheadBytes
    if (sizeBytes > this.#limitBytes / 8) return
    while (this.#sizeBytes + sizeBytes > this.#limitBytes) this.#evict()
    const node: Node<T> = { key, value, sizeBytes, visited: false, newer: undefined, older: this.#newest }
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
