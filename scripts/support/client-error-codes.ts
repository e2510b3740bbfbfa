// The codes of what goes wrong in the page, for the reference. The script itself carries only the kinds: bytes count there.
import type { RegisteredCode } from "./error-codes.ts"

const path = "src/client/browser/errors.ts"

/** By kind; the code is `NITRO_CLIENT_` and the kind. */
const kinds: Readonly<Record<string, { readonly when: string; readonly fix: string }>> = {
  ACTION: {
    when: "An expression calls an action (`@name(...)`) that the client does not have.",
    fix: "Use one of the actions that the message lists.",
  },
  ATTRIBUTE: {
    when: "A `data-` attribute has a name, a key, a modifier or a value that it does not take.",
    fix: "Correct the attribute of the element that the message names.",
  },
  CLEANUP: {
    when: "The function that an attribute left to undo its work failed when its element went away.",
    fix: "Look at the cause. If no plugin of yours is involved, report it to us.",
  },
  EFFECT: {
    when: "Something that follows signals failed when one of them changed.",
    fix: "Look at the cause: it names the expression.",
  },
  EXPRESSION: {
    when: "An expression in an attribute cannot be read, or failed when it ran.",
    fix: "Correct the expression. Build it with `nitro-ts/datastar`, and its types are checked.",
  },
  FETCH: {
    when: "A request to the server could not be made, was answered with an error, or its stream broke and is not tried again.",
    fix: "Look at the cause and at the server's log. For streams that must stay open set `retry: 'always'`.",
  },
  FILE: {
    when: "A file that was chosen in a bound input could not be read.",
    fix: "Choose the file again. Send large files with a form instead of a signal.",
  },
  FORM: {
    when: "An action was told to send a form, and there is none to send.",
    fix: "Put the element inside a form, or name one with the option `selector`.",
  },
  PATCH: {
    when: "The server sent a patch that cannot be applied: an unknown mode, a target that is not there, signals that are no object.",
    fix: "Check the selector and the ids in the patch against the page.",
  },
  READONLY: {
    when: "An expression or a patch assigns a computed signal.",
    fix: "Assign the signals that it is computed from.",
  },
  START: {
    when: "The client could not start on this page.",
    fix: "Look at the cause. If the page is plain HTML with our attributes, report it to us.",
  },
}

export const clientErrorCodes: readonly RegisteredCode[] = Object.entries(kinds).map(
  ([kind, entry]) => ({
    code: `NITRO_CLIENT_${kind}`,
    status: undefined,
    forClients: false,
    ...entry,
    path,
  }),
)
