// A list that keeps none of its members alive.

/** Objects that may be garbage before the process ends, as classes of tests. */
export class WeakList<T extends object> {
  readonly #refs = new Set<WeakRef<T>>()

  add(value: T): void {
    this.#refs.add(new WeakRef(value))
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const ref of this.#refs) {
      const value = ref.deref()
      if (value === undefined) this.#refs.delete(ref)
      else yield value
    }
  }
}
