// The error of an input that a route does not take.
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"

/** `names`: those that it takes. */
export function unknownInputError(
  route: string,
  name: string,
  names: readonly string[],
): NitroError {
  return new NitroError("NITRO_UNKNOWN_INPUT", `${route} takes no input named "${name}".`, {
    fix: suggest(name, names),
    details: { issues: [{ path: name, message: "Unknown input." }] },
  })
}
