// A block of code: coloured on the server, with line numbers and a button that copies it.

import { highlight } from "../highlight/index.ts"
import {
  button,
  type Child,
  code as codeElement,
  div,
  figcaption,
  figure,
  type Markup,
  pre,
  span,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"

export interface CodeBlockProps extends ElementProps<"figure", "title"> {
  readonly code: string
  /** A name that highlight.js knows, `"ts"`, `"html"`; it has to be installed then. Without one there are no colours. */
  readonly language?: string | undefined
  /** Above the code: the name of a file. */
  readonly title?: Child
  /** Numbers before the lines; a number is that of the first line. */
  readonly lineNumbers?: boolean | number | undefined
  /** A button that copies the code. Default true. */
  readonly copy?: boolean | undefined
  /** Name of the block for screen readers. Default: the title when it is text, else "Code". */
  readonly label?: string | undefined
  /** The button's texts, before and after. Default "Copy" and "Copied". */
  readonly messages?: { readonly copy?: string; readonly copied?: string } | undefined
}

/**
 * `<CodeBlock code={source} language="ts" title="app.ts" lineNumbers />`, on a `Page` with `highlight`. Nothing of it but the
 * code itself and its colours reaches the page. @throws NITRO_HIGHLIGHT_MISSING when highlight.js is not installed.
 */
export function CodeBlock(props: CodeBlockProps): Markup {
  const {
    code,
    language,
    title,
    lineNumbers,
    copy = true,
    label,
    messages = {},
    children: _,
    ...rest
  } = ownProps<CodeBlockProps & { children?: unknown }>(props)
  const content =
    language === undefined ? codeElement({ class: "hljs" }, code) : highlight(code, language)
  const name = label ?? (typeof title === "string" ? title : "Code")
  return figure(
    { "data-copy-source": copy, ...withClass("code-block", rest) },
    title !== undefined && figcaption(title),
    copy &&
      copyButton(ownProps(messages).copy ?? "Copy", ownProps(messages).copied ?? "Copied", name),
    div(
      // It scrolls, so the keyboard has to reach it.
      { class: "code-scroll", tabindex: 0, role: "group", "aria-label": name },
      lineNumbers !== undefined &&
        lineNumbers !== false &&
        span({ class: "code-lines", "aria-hidden": true }, numbers(code, Number(lineNumbers))),
      pre(content),
    ),
  )
}

const copyButton = (text: string, done: string, name: string): Markup =>
  div(
    { class: "code-copy" },
    span({ role: "status" }),
    button(
      {
        type: "button",
        class: "btn",
        "data-variant": "ghost",
        "data-size": "xs",
        "data-copy": true,
        "data-copied-text": done,
      },
      text,
      span({ class: "code-copy-name" }, ` ${name}`),
    ),
  )

function numbers(code: string, first: number): string {
  const count = code.replace(/\r?\n$/, "").split("\n").length
  return Array.from({ length: count }, (_, index) => first + index).join("\n")
}
