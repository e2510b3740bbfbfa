// The permanent error codes of the datastar module.
import { NitroError, type NitroErrorOptions, registerErrors } from "../shared/errors.ts"

registerErrors({
  NITRO_EXPRESSION_VALUE: {
    status: 500,
    when: "A value without a JSON form (undefined, a function, a symbol, a bigint, a cycle, a Map, an invalid Date) is put into an expression or a signal patch.",
    fix: "Convert the value first: null for absent, String(value) for a bigint, an array for a Set, an object for a Map.",
  },
  NITRO_EXPRESSION_STATEMENT: {
    status: 500,
    when: "A statement, such as `if (...) {...}` or `a; b`, is used as a part of a larger expression.",
    fix: "Use the statement alone as the value of a data-on attribute, or write the choice with `when(condition, a, b)`.",
  },
  NITRO_SIGNAL_NAME: {
    status: 500,
    when: "A signal, a namespace or a property has a name that a Datastar expression cannot spell.",
    fix: "Use letters, digits and single underscores, starting with a letter or an underscore.",
  },
  NITRO_DATASTAR_ATTRIBUTE: {
    status: 500,
    when: "A Datastar attribute is spelled in a way that no Datastar plugin has, or gets a value of the wrong kind.",
    fix: "Use a name of the reference page, and an expression as the value.",
  },
  NITRO_SSE_FIELD: {
    status: 500,
    when: "An event id, selector, mode or other single-line field of an SSE event holds a line break, a NUL or an unknown value.",
    fix: "Pass a single line. Never build a selector from text that a user typed.",
  },
  NITRO_SSE_TEXT: {
    status: 500,
    when: "An event stream is given a value that is not an event, or a patch of elements is given a value that is not markup.",
    fix: "Send what `patchElements`, `patchSignals` and their siblings return, and give `patchElements` the result of html``, a tag function, JSX or `raw()`.",
  },
  NITRO_SIGNALS_TOO_LARGE: {
    status: 413,
    audience: "client",
    when: "The signals of a request are larger than the limit.",
    fix: "Send fewer signals (`filterSignals`), or raise `maxBytes`.",
  },
  NITRO_BAD_SIGNALS: {
    status: 400,
    audience: "client",
    when: "The signals of a request are not a JSON object.",
    fix: "Send a JSON object: as the body, or in the `datastar` query parameter of GET and DELETE.",
  },
  NITRO_SIGNALS_BODY_USED: {
    status: 500,
    when: "The signals of a request are read after something else has read its body.",
    fix: "Call `readSignals(request)` first, once per request, or read `request.clone()`.",
  },
  NITRO_REDIRECT_URL: {
    status: 500,
    when: "A redirect goes to a URL that is not http or https, or to text that is not a path of this site.",
    fix: "Redirect to a path that begins with one slash, or pass a `URL`. Check a URL that came from a user against a list.",
  },
})

export type DatastarErrorCode =
  | "NITRO_EXPRESSION_VALUE"
  | "NITRO_EXPRESSION_STATEMENT"
  | "NITRO_SIGNAL_NAME"
  | "NITRO_DATASTAR_ATTRIBUTE"
  | "NITRO_SSE_FIELD"
  | "NITRO_SSE_TEXT"
  | "NITRO_SIGNALS_TOO_LARGE"
  | "NITRO_BAD_SIGNALS"
  | "NITRO_SIGNALS_BODY_USED"
  | "NITRO_REDIRECT_URL"

/** An error of this module. Going through here keeps the register loaded where a bundler drops unused imports. */
export function datastarError(
  code: DatastarErrorCode,
  message: string,
  options?: NitroErrorOptions,
): NitroError {
  return new NitroError(code, message, options)
}
