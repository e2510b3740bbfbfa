// The door of `nitro-ts/icons`: every Lucide icon by its name, `icon("trash")`.
import { nearest } from "../shared/suggest.ts"
import { defineIcon, type Icon, type IconOptions } from "./define-icon.ts"
import { type IconName, iconData } from "./elements/icon-data.gen.ts"
import { htmlError } from "./markup/call-site.ts"
import type { Markup } from "./markup/markup.ts"

export { defineIcon, type Icon, type IconOptions } from "./define-icon.ts"
export type { IconName } from "./elements/icon-data.gen.ts"

const cache = new Map<string, Icon>()

/**
 * The icon `name` as inline SVG. It is decoration, hidden from screen readers, unless `label` says what it means.
 * In a bundle this function brings every icon along (350 KB); `import { Trash } from "nitro-ts/icons/lucide"` brings one.
 *
 * ```ts
 * icon("trash", { size: 16, label: "Delete" })
 * ```
 *
 * @throws NITRO_HTML_ICON for a name that is not in `iconNames()`.
 */
export function icon(name: IconName, options?: IconOptions): Markup {
  return (cache.get(name) ?? find(name))(options)
}

/** Every name that `icon` takes, in the order of the alphabet; those that Lucide gave up are among them. */
export function iconNames(): IconName[] {
  // The type is generated from this text.
  return Array.from(iconData.matchAll(/^[^ \n]+/gm), ([name]) => name as IconName)
}

/** Each line of the data is a name and the content of its `<svg>`, or `=` and the name that the icon has today. */
function find(name: string): Icon {
  // A search in one string, because an object of all icons takes ten times as long to load.
  const at = /^[a-z0-9-]+$/.test(name) ? iconData.indexOf(`\n${name} `) : -1
  if (at < 0) throw unknownIcon(name)
  const content = iconData.slice(at + name.length + 2, iconData.indexOf("\n", at + 1))
  const definition = content.startsWith("=") ? find(content.slice(1)) : defineIcon(name, content)
  cache.set(name, definition)
  return definition
}

function unknownIcon(name: unknown): Error {
  const near = nearest(String(name), iconNames())
  return htmlError("NITRO_HTML_ICON", `There is no icon ${JSON.stringify(name)}.`, {
    fix:
      near === undefined
        ? "`iconNames()` of nitro-ts/icons lists them, https://lucide.dev/icons shows them."
        : `Did you mean "${near}"?`,
  })
}
