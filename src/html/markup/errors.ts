// The error codes of the html module.
import { type ErrorEntry, registerErrors } from "../../shared/errors.ts"

export type HtmlErrorCode =
  | "NITRO_HTML_PENDING"
  | "NITRO_HTML_CHILD"
  | "NITRO_HTML_ATTRIBUTE"
  | "NITRO_HTML_HANDLER"
  | "NITRO_HTML_EXPRESSION"
  | "NITRO_HTML_JSON"
  | "NITRO_HTML_CONTEXT"
  | "NITRO_HTML_TAG"
  | "NITRO_HTML_TEMPLATE"
  | "NITRO_HTML_ICON"

registerErrors<Record<HtmlErrorCode, ErrorEntry>>({
  NITRO_HTML_PENDING: {
    status: 500,
    when: "Markup that still waits for a promise was used where finished text is needed.",
    fix: "Use `await render(markup)` for a string, or `stream(markup)` to send it as it gets ready.",
  },
  NITRO_HTML_CHILD: {
    status: 500,
    when: "A value that is no text, number, markup, list or promise was used as a child of an element.",
    fix: "Render it yourself: pick the field to show, or `JSON.stringify` it.",
  },
  NITRO_HTML_ATTRIBUTE: {
    status: 500,
    when: "An attribute has a name or a value that cannot be printed safely.",
    fix: "Use a valid attribute name and a string, number or boolean as its value.",
  },
  NITRO_HTML_HANDLER: {
    status: 500,
    when: "An inline event handler attribute (`onclick`, `onload`, ...) was given a value.",
    fix: "Use `data-on:<event>` with an expression from `nitro-ts/datastar`.",
  },
  NITRO_HTML_EXPRESSION: {
    status: 500,
    when: "A Datastar attribute, which the browser evaluates as code, was given a plain value.",
    fix: "Use signals, actions or a ds`...` template from `nitro-ts/datastar`.",
  },
  NITRO_HTML_JSON: {
    status: 500,
    when: "Markup was turned into JSON, for example by `response.send(markup)` of Express.",
    fix: "Respond with `respond(markup)`, on Express with `response.send(String(markup))`.",
  },
  NITRO_HTML_CONTEXT: {
    status: 500,
    when: "A value stands where no escaping can make it safe: a tag or attribute name, a comment, code, or a part of an unquoted value.",
    fix: "Move the value into text or into a quoted attribute, or use `raw()` for text you trust.",
  },
  NITRO_HTML_TAG: {
    status: 500,
    when: "A tag name is not valid, or an element that cannot have children was given some.",
    fix: "Use a valid tag name, and give children to elements that can have them.",
  },
  NITRO_HTML_TEMPLATE: {
    status: 500,
    when: "A template ends in the middle of a tag, a comment, a script or a style.",
    fix: "Close what the template opens.",
  },
  NITRO_HTML_ICON: {
    status: 500,
    when: "`icon(name)` was called with a name that no icon has.",
    fix: "Use a name from `iconNames()` of `nitro-ts/icons`; https://lucide.dev/icons shows them.",
  },
})
