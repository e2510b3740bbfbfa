// Reads `data-NAME[:KEY][__MOD[.TAG]...]`: attribute names, their casing, and times.

/** Modifiers with their tags: `__debounce.500ms.leading` is `debounce` with `500ms` and `leading`. */
export type Modifiers = ReadonlyMap<string, ReadonlySet<string>>

export interface AttributeName {
  /** The plugin: `on`, `bind`, `on-intersect`. */
  readonly name: string
  readonly key: string | undefined
  readonly modifiers: Modifiers
}

export function parseAttributeName(attribute: string): AttributeName {
  const [path = "", ...rest] = attribute.slice("data-".length).split("__")
  const colon = path.indexOf(":")
  const modifiers = new Map(
    rest.map(modifier => {
      const [label = "", ...tags] = modifier.split(".")
      return [label, new Set(tags)] as const
    }),
  )
  return colon < 0
    ? { name: path, key: undefined, modifiers }
    : { name: path.slice(0, colon), key: path.slice(colon + 1) || undefined, modifiers }
}

type Case = "camel" | "kebab" | "snake" | "pascal"

const camel = (text: string): string =>
  text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
const CASES: Record<Case, (text: string) => string> = {
  camel,
  kebab: text => text,
  snake: text => text.replaceAll("-", "_"),
  pascal: text => camel(text).replace(/^./, letter => letter.toUpperCase()),
}

/** HTML lowers attribute names, so a key is written in kebab case and means `byDefault` unless `__case` says otherwise. */
export function toCase(key: string, modifiers: Modifiers, byDefault: Case): string {
  const [chosen = byDefault] = modifiers.get("case") ?? []
  // Any other name is not in the table.
  return (CASES[chosen as Case] ?? CASES[byDefault])(key)
}

export const toKebab = (text: string): string =>
  text.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** `500ms`, `2s` or `500` in milliseconds; `byDefault` when no tag is a time. */
export function milliseconds(tags: ReadonlySet<string> | undefined, byDefault = 0): number {
  for (const tag of tags ?? []) {
    const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(tag)
    if (match) return Number(match[1]) * (match[2] === "s" ? 1000 : 1)
  }
  return byDefault
}
