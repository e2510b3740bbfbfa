// The store of an entity class: an override of this request or test, its declaration, or the app's default.

import { AsyncVariable } from "../../shared/async-variable.ts"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import { type Started, started } from "../../shared/maybe.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { warnOnce } from "../../shared/warn.ts"
import { definitionError } from "../contract/errors.ts"
import { currentPartition } from "../contract/partition.ts"
import type { Store } from "../contract/repository.ts"
import { type EncryptionKeys, setEncryptionKeys } from "../definition/encryption.ts"
import { memory } from "../memory/store.ts"
import type { EntityClass } from "../types/types.ts"
import { storeFromUrl } from "./store-urls.ts"
import { currentUnit } from "./unit-of-work.ts"

interface Overrides {
  readonly all: Store | undefined
  readonly byName: ReadonlyMap<string, Store>
}

const overrides = new AsyncVariable<Overrides>()
let appDefault: Store | undefined

export interface Configuration {
  /** The store of every entity class without a `static store`. Default, and with undefined: `NITRO_DATABASE_URL`, else memory. */
  readonly store?: Store | undefined
  /** Keys of encrypted fields, `{ id: 32 bytes or their base64 }`: the first encrypts, all decrypt. Default: `NITRO_ENCRYPTION_KEYS`. */
  readonly encryptionKeys?: EncryptionKeys | undefined
}

const configurationNames = optionNames<Configuration>({ store: true, encryptionKeys: true })

/** Sets defaults of the whole app. Entities already read keep the store they came from. */
export function configure(configuration: Configuration): void {
  if ("repository" in configuration)
    throw renamedError("configure({ repository })", "configure({ store })")
  refuseUnknownOptions("configure({ … })", configuration, configurationNames)
  if ("encryptionKeys" in configuration) setEncryptionKeys(configuration.encryptionKeys)
  if ("store" in configuration) {
    if (configuration.store !== undefined) assertStore(configuration.store, "configure({ store })")
    appDefault = configuration.store
  }
}

/**
 * Runs `fn` with other stores: one for every entity, or by entity name. Holds for everything `fn` awaits or starts.
 * Inside of another call the inner one wins. A query that `fn` returns is read inside. Throws `NITRO_STORE_CONFLICT` inside of
 * a unit of work that has used another store.
 */
export function withStores<T>(
  stores: Store | Readonly<Record<string, Store>>,
  fn: () => T,
): Started<T> {
  const outer = overrides.get()
  refuseInUnit(isStore(stores) ? [stores] : Object.values(stores))
  const run = (): Started<T> => started(fn())
  if (isStore(stores)) return overrides.run({ all: stores, byName: new Map() }, run)
  for (const [name, store] of Object.entries(stores)) assertStore(store, `withStores({ ${name} })`)
  return overrides.run(
    { all: outer?.all, byName: new Map([...(outer?.byName ?? []), ...Object.entries(stores)]) },
    run,
  )
}

/** A unit of work that has begun on one store would commit writes to another separately. */
function refuseInUnit(stores: readonly Store[]): void {
  const unit = currentUnit()
  if (unit === undefined) return
  const parts = stores.map(store =>
    store?.partitioned === undefined || currentPartition() === undefined
      ? store
      : store.partitioned(),
  )
  for (const joined of unit.stores) {
    if (parts.includes(joined)) continue
    throw new NitroError(
      "NITRO_STORE_CONFLICT",
      `withStores was called inside of a unit of work that has begun on ${joined.name}.`,
      {
        fix: "Call it around the unit of work.",
        details: { store: joined.name },
      },
    )
  }
}

/** The store that an entity class reads and writes here and now. */
export function storeOf(entity: EntityClass<object>): Store {
  const override = overrides.get()
  if (override !== undefined) {
    const store = override.byName.get(entity.definition.name) ?? override.all
    if (store !== undefined) return hereOf(store)
  }
  const declaredStore = entity.store
  if (declaredStore === undefined) {
    if ("repository" in entity)
      throw renamedError(`static repository of ${entity.name}`, "static store")
    appDefault ??= fromEnvironment()
    return hereOf(appDefault)
  }
  // Runs for each call of each entity: the name is put together only where it is needed.
  if (!isStore(declaredStore)) throw noStoreError(`${entity.name}.store`)
  return hereOf(declaredStore)
}

/** Of a store with a part for each session the part of the present one. */
function hereOf(store: Store): Store {
  return store.partitioned === undefined ? store : store.partitioned()
}

/** `NITRO_DATABASE_URL` where it is set, else this process's memory. */
function fromEnvironment(): Store {
  const url = process.env["NITRO_DATABASE_URL"]
  if (url) return storeFromUrl(url)
  if (process.env["DATABASE_URL"]) {
    warnOnce(
      "NITRO_STORE_URL",
      "DATABASE_URL is set, but entities without a store are kept in this process's memory.",
      "Set NITRO_DATABASE_URL, or call configure({ store }).",
    )
  }
  return memory()
}

function renamedError(from: string, to: string): NitroError {
  return definitionError(`${from} is not read: it is called ${to} now.`, `Write ${to}.`)
}

function isStore(value: unknown): value is Store {
  return isObject(value) && typeof value["bind"] === "function"
}

function assertStore(value: unknown, where: string): asserts value is Store {
  if (!isStore(value)) throw noStoreError(where)
}

function noStoreError(where: string): NitroError {
  return definitionError(
    `${where} is not a store.`,
    'Give what a store function returns: memory(), sqlite("shop.db").',
  )
}
