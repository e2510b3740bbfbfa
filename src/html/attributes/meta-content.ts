// The `content` of a `<meta>`: an address beside `http-equiv`, text without it.
import { type AttributeName, attributeName } from "./attribute-name.ts"

/** The attribute, in lower case, that may make a `<meta>` a refresh. */
export const deciding = "http-equiv"

/** The same attribute as text that is no address, whatever it says. */
export const asText = (name: AttributeName): AttributeName => ({ ...name, kind: "plain" })

/** The meaning of the attribute `name`, a `content`, among the attributes `values`. An `http-equiv` counts whatever its value is. */
export function contentName(
  name: AttributeName,
  values: Readonly<Record<string, unknown>>,
): AttributeName {
  for (const key of Object.keys(values))
    if (attributeName(key).name.toLowerCase() === deciding) return name
  return asText(name)
}
