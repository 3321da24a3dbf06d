/**
 * Which entries a disk keeps: S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP '23), by size.
 * Its small queue is the memory tier in front: what leaves memory without a second request leaves a ghost here, what was
 * asked for again is kept. So what is asked for once is never written once the disk is full. Index only; bytes are elsewhere.
 */
import { Ghosts } from './ghosts.ts'

type Entry<T> = { key: string; value: T; sizeBytes: number; frequency: number }

const mostFrequency = 3

export class S3Fifo<T> {
  readonly #limitBytes: number
  readonly #onEvict: (key: string, value: T) => void
  /** A Map keeps the order of insertion: the first is the oldest. */
  readonly #main = new Map<string, Entry<T>>()
  readonly #ghosts: Ghosts
  #sizeBytes = 0

  constructor(limitBytes: number, onEvict: (key: string, value: T) => void) {
    this.#limitBytes = limitBytes
    this.#ghosts = new Ghosts(limitBytes)
    this.#onEvict = onEvict
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get count(): number {
    return this.#main.size
  }

  has(key: string): boolean {
    return this.#main.has(key)
  }

  get(key: string): T | undefined {
    const entry = this.#main.get(key)
    if (!entry) return undefined
    if (entry.frequency < mostFrequency) entry.frequency++
    return entry.value
  }

  /** Whether a new entry is worth its write: there is room, or it was asked for before. */
  wants(key: string, sizeBytes: number): boolean {
    if (sizeBytes > this.#limitBytes / 8 || this.#main.has(key)) return false
    return this.#sizeBytes + sizeBytes <= this.#limitBytes || this.#ghosts.has(key)
  }

  /** It was asked for once and is gone: when it comes again, it is wanted. Ghosts stand for as many bytes as the disk holds. */
  remember(key: string, sizeBytes: number): void {
    if (!this.#main.has(key)) this.#ghosts.remember(key, sizeBytes)
  }

  add(key: string, value: T, sizeBytes: number): void {
    this.delete(key)
    this.#ghosts.forget(key)
    if (sizeBytes > this.#limitBytes) return this.#onEvict(key, value)
    while (this.#sizeBytes + sizeBytes > this.#limitBytes) this.#evict()
    this.#main.set(key, { key, value, sizeBytes, frequency: 0 })
    this.#sizeBytes += sizeBytes
  }

  /** Without telling `onEvict`. */
  delete(key: string): void {
    const entry = this.#main.get(key)
    if (!entry) return
    this.#main.delete(key)
    this.#sizeBytes -= entry.sizeBytes
  }

  #evict(): void {
    for (const [key, entry] of this.#main) {
      if (entry.frequency > 0) {
        entry.frequency--
        this.#main.delete(key)
        this.#main.set(key, entry)
        continue
      }
      this.delete(key)
      this.#onEvict(key, entry.value)
      return
    }
  }
}
