// The app's default store by configuration: `NITRO_DATABASE_URL`, opened by the store registered for its scheme.
import { NitroError } from "../../shared/errors.ts"
import type { Store } from "../contract/repository.ts"
import { memory, snapshotStore } from "../memory/store.ts"

type Open = (url: string) => Store

const schemes = new Map<string, Open>([
  [
    "memory",
    url =>
      url.slice("memory:".length) === ""
        ? memory()
        : snapshotStore({ file: url.slice("memory:".length) }, "NITRO_DATABASE_URL"),
  ],
])

// Where each of our own is found; anything else is the business of who registers it.
const doors: ReadonlyMap<string, string> = new Map([
  ["sqlite", "nitro-ts/sqlite"],
  ["postgres", "nitro-ts/postgres"],
  ["postgresql", "nitro-ts/postgres"],
])

/** Lets `NITRO_DATABASE_URL` begin with `<scheme>:`. `open` must not connect: it is called when the first entity is used. */
export function registerStoreUrl(scheme: string, open: (url: string) => Store): void {
  schemes.set(scheme, open)
}

/** The store of a URL: `memory:`, `memory:notes.json`, `sqlite:shop.db`, `postgres://user@host/shop`. */
export function storeFromUrl(url: string): Store {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? ""
  const open = schemes.get(scheme)
  if (open !== undefined) return open(url)
  const door = doors.get(scheme)
  // The URL may hold a password: only its beginning is repeated.
  throw new NitroError(
    "NITRO_STORE_URL",
    scheme === ""
      ? "The database URL has no beginning like `sqlite:`."
      : `No store is known for a database URL that begins with "${scheme}:".`,
    {
      fix:
        door === undefined
          ? `Begin with one of ${schemeNames().join(", ")}.`
          : `Add import "${door}" to the file that starts the app.`,
    },
  )
}

function schemeNames(): string[] {
  return [...new Set([...schemes.keys(), ...doors.keys()])].map(scheme => `${scheme}:`)
}
