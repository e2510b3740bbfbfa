// The rest of a promise for what is read when it is awaited: queries, counts, relations.

/** Something to await. Each `then`, `catch` and `finally` reads anew. */
export interface Awaitable<T> extends PromiseLike<T> {
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B>
  finally(settled?: (() => void) | null): Promise<T>
}

export abstract class Thenable<T> implements Awaitable<T> {
  // biome-ignore lint/suspicious/noThenProperty: the promise's own method, which each query reads in
  abstract then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected)
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.then().finally(settled)
  }
}
