// One store for one database: the same place with the same options is the same store, wherever it is declared.
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Store } from "./repository.ts"

/** Options with their defaults filled in. */
type Options = Readonly<Record<string, unknown>>

export interface Declaration {
  /** The resource of the store: the text of an absolute path or URL, or an open connection or pool. */
  readonly resource: string | object
  readonly options: Options
  /** Where it is declared, for errors: `file:line:column`. */
  readonly place: string
}

const ofText = new Map<string, StoreUse[]>()
const ofObjects = new WeakMap<object, StoreUse[]>()

/** The uses of one store; a store that is not shared has none. */
export class StoreUse {
  readonly #declaration: Declaration
  readonly #uses: StoreUse[]
  #store: Store | undefined
  #count = 1
  #isClaimed = false

  constructor(declaration: Declaration, uses: StoreUse[]) {
    this.#declaration = declaration
    this.#uses = uses
    uses.push(this)
  }

  /** To be called when a class is bound: throws `NITRO_STORE_CONFLICT` when the same database is in use with other options. */
  claim(): void {
    if (this.#isClaimed) return
    const other = this.#uses.find(use => use !== this && use.#isClaimed)
    if (other !== undefined) throw this.#conflictWith(other)
    this.#isClaimed = true
  }

  /** Calls `close` for the last use. A synchronous error, as inside of a transaction, leaves the store in use. */
  close(close: () => MaybePromise<void>): MaybePromise<void> {
    if (this.#count > 1) {
      this.#count -= 1
      return
    }
    const closing = close()
    this.#count = 0
    const at = this.#uses.indexOf(this)
    if (at >= 0) this.#uses.splice(at, 1)
    return closing
  }

  #conflictWith(other: StoreUse): NitroError {
    const [mine, theirs] = [this.#declaration, other.#declaration]
    const differing = Object.keys({ ...mine.options, ...theirs.options })
      .filter(name => mine.options[name] !== theirs.options[name])
      .sort()
    const optionsOf = ({ options, place }: Declaration): string =>
      `with ${differing.map(name => describe(name, options[name])).join(", ")} at ${place}`
    return new NitroError(
      "NITRO_STORE_CONFLICT",
      `${this.#store?.name} is declared twice, ${optionsOf(theirs)} and ${optionsOf(mine)}.`,
      {
        details: {
          store: this.#store?.name,
          options: differing,
          places: [theirs.place, mine.place],
        },
      },
    )
  }

  /** The store of a declaration: a known one, of which this is one more use, else the one that `make` gives. */
  static storeOf<S extends Store>(declaration: Declaration, make: (use: StoreUse) => S): S {
    const uses = usesOf(declaration.resource)
    const existing = uses.find(
      use => use.#store !== undefined && isSame(use.#declaration.options, declaration.options),
    )
    if (existing !== undefined) {
      existing.#count += 1
      // One kind of store for one kind of resource.
      return existing.#store as S
    }
    const use = new StoreUse(declaration, uses)
    const store = make(use)
    use.#store = store
    return store
  }
}

// Any other text may be a secret of the URL.
const plain: ReadonlySet<string> = new Set(["schema", "driver", "synchronous"])

function describe(name: string, value: unknown): string {
  if (value === undefined) return `no ${name}`
  return typeof value === "string" && !plain.has(name)
    ? `its own ${name}`
    : `${name} ${JSON.stringify(value)}`
}

function usesOf(resource: string | object): StoreUse[] {
  const existing = typeof resource === "string" ? ofText.get(resource) : ofObjects.get(resource)
  if (existing !== undefined) return existing
  const uses: StoreUse[] = []
  if (typeof resource === "string") ofText.set(resource, uses)
  else ofObjects.set(resource, uses)
  return uses
}

function isSame(a: Options, b: Options): boolean {
  return Object.keys({ ...a, ...b }).every(name => a[name] === b[name])
}

/** Without the options that are undefined, so that defaults take their place. */
export function defined<T extends object>(
  options: T,
): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  // Only undefined is left out.
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<{
    [K in keyof T]: Exclude<T[K], undefined>
  }>
}
