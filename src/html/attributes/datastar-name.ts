// Recognizes attributes that Datastar evaluates. It evaluates them after HTML unescaping, so their values must be expressions.

type DatastarKind = "expression" | "signals" | "members" | "signalName" | "flag"

/** Attribute plugins by what their value is; those of the commercial bundle are guarded too, in case a page loads it. */
const plugins: readonly (readonly [DatastarKind, string])[] = [
  [
    "expression",
    "on computed on-intersect on-interval on-signal-patch on-signal-patch-filter on-load text show effect init json-signals animate custom-validity match-media on-raf on-resize on-keys persist query-string replace-url rocket view-transition",
  ],
  ["signals", "signals"],
  ["members", "attr class style"],
  ["signalName", "bind ref indicator"],
  ["flag", "ignore ignore-morph scroll-into-view"],
]

const kindOfPlugin = new Map<string, DatastarKind>()
for (const [kind, names] of plugins)
  for (const name of names.split(" ")) kindOfPlugin.set(name, kind)

/** How Datastar reads the attribute `name` (lower case); undefined when it is none of its attributes. */
export function datastarKind(name: string): DatastarKind | undefined {
  if (!name.startsWith("data-")) return undefined
  // `data-PLUGIN[:KEY][__MODIFIER...]`; `data-star-` is the prefix of the official aliased bundle.
  const [, plugin = "", key = ""] = /^data-(?:star-)?([^:_]*)(:?)/.exec(name) ?? []
  const kind = kindOfPlugin.get(plugin)
  // With a key the value is that of one attribute, class or property.
  return kind === "members" && key !== "" ? "expression" : kind
}

/** Plugins that a name with underscores can mean, longest first, with the form `plugin:key`. */
const shorthands =
  /^(?:data_)?(on_signal_patch|on_intersect|on_interval|on_keys|on)(?:_(.+))?$|^data_(attr|bind|class|computed|indicator|ref|signals|style)_(.+)$/

/** `on_click__debounce_500ms` and `data_on_click...` as `data-on:click__debounce.500ms`; undefined for other names. */
export function datastarShorthand(written: string): string | undefined {
  const [head = "", ...modifiers] = written.split("__")
  const match = shorthands.exec(head)
  if (match === null) return undefined
  const plugin = (match[1] ?? match[3] ?? "").replaceAll("_", "-")
  const key = (match[2] ?? match[4])?.replaceAll("_", "-")
  if (plugin === "on" && key === undefined) return undefined
  const tail = modifiers.map(modifier => `__${modifier.replaceAll("_", ".")}`).join("")
  return `data-${plugin}${key === undefined ? "" : `:${key}`}${tail}`
}
