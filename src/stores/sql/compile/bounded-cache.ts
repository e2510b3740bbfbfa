// A map that forgets what was not used lately, so that a cache cannot grow without end.

/**
 * Keeps between `size` and twice `size` entries. Two generations stand in for a list ordered by use: a hit in the young
 * one is a single look-up, where a true LRU pays two writes.
 */
export class BoundedCache<K, V> {
  readonly #size: number
  #young: Map<K, V> = new Map<K, V>()
  #old: Map<K, V> = new Map<K, V>()

  constructor(size: number) {
    this.#size = size
  }

  get(key: K): V | undefined {
    const hit = this.#young.get(key)
    if (hit !== undefined) return hit
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
  }
}
