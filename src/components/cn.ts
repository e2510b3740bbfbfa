// `cn(...)`: joins class names and leaves out those that are off.

/** A name, a list, a map of name to "is it on", nested as you like. Falsy values add nothing. */
export type ClassName =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly ClassName[]
  | { readonly [name: string]: unknown }

/** `cn("btn", isWide && "wide", { active }, ["a", "b"])`: the names that are on, parted by spaces; `""` when none is. */
export function cn(...names: readonly ClassName[]): string {
  let text = ""
  for (const name of names) {
    const more = textOf(name)
    if (more !== "") text += text === "" ? more : ` ${more}`
  }
  return text
}

const isList = (name: ClassName): name is readonly ClassName[] => Array.isArray(name)

function textOf(name: ClassName): string {
  if (typeof name === "string") return name
  if (!name || name === true) return ""
  if (typeof name !== "object") return String(name)
  if (isList(name)) return cn(...name)
  return Object.entries(name)
    .filter(([, isOn]) => isOn)
    .map(([key]) => key)
    .join(" ")
}
