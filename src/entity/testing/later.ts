// A store that completes every call later: what runs between a call and its response then runs between all of them.
import type { OpenTransaction, Repository, Store } from "../contract/repository.ts"

const later = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** The same store, with promises for every response. */
export function respondingLater(store: Store): Store {
  const { begin } = store
  const transaction = (inner: OpenTransaction): OpenTransaction => ({
    depth: inner.depth,
    run: operation => inner.run(operation),
    commit: () => later().then(() => inner.commit()),
    rollback: () => later().then(() => inner.rollback()),
  })
  return {
    name: store.name,
    capabilities: store.capabilities,
    encoding: store.encoding,
    unit: store.unit,
    bind: definition => slow(store.bind(definition)),
    ...(begin === undefined
      ? {}
      : { begin: async options => transaction(await begin.call(store, options)) }),
    close: () => store.close(),
  }
}

const slowed = new WeakMap<Repository, Repository>()

function slow(repository: Repository): Repository {
  let made = slowed.get(repository)
  if (made === undefined) {
    made = new Proxy(repository, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== "function") return method
        return async (...args: readonly unknown[]) => {
          await later()
          const result: unknown = await method.apply(target, args)
          await later()
          return result
        }
      },
    })
    slowed.set(repository, made)
  }
  return made
}
