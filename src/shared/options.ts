// Refuses unknown option names with the nearest known one, since an unread option fails silently.
import { NitroError, registerErrors } from "./errors.ts"
import { nearest } from "./suggest.ts"

registerErrors({
  NITRO_UNKNOWN_OPTION: {
    status: 500,
    when: "A call got an option that it does not know, which it would ignore: a misspelt name, or one of another function.",
    fix: "Write the name as the message says, or remove the option.",
  },
})

/** `options` may hold only `names`. `call` is what the developer wrote: `nitro({ … })`. @throws NITRO_UNKNOWN_OPTION */
export function refuseUnknownOptions(
  call: string,
  options: unknown,
  names: ReadonlySet<string>,
): void {
  if (typeof options !== "object" || options === null) return
  for (const name of Object.keys(options))
    if (!names.has(name)) throw unknownOption(call, name, names)
}

function unknownOption(call: string, name: string, names: ReadonlySet<string>): NitroError {
  const suggestion = nearest(name, names)
  const fix =
    suggestion === undefined
      ? `The options are ${[...names].join(", ")}.`
      : `Did you mean "${suggestion}"?`
  return new NitroError("NITRO_UNKNOWN_OPTION", `${call} has no option "${name}". ${fix}`, {
    fix,
    details: { option: name, ...(suggestion === undefined ? {} : { suggestion: suggestion }) },
  })
}

/** The names of `T`'s options. The type makes the list complete: a new option that is not listed does not compile. */
export function optionNames<T>(
  names: Readonly<Record<keyof Required<T> & string, true>>,
): ReadonlySet<string> {
  return new Set(Object.keys(names))
}
