// A dropzone: a native file input that also takes files that are dropped on it, and lists those that were chosen.

import { div, input, type Markup, p, ul } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { withClass } from "./attributes.ts"
import { inField, splitProps, tie } from "./field.ts"
import type { ControlProps } from "./input.ts"

export type DropzoneProps = ControlProps<"input", "type" | "value"> & {
  /** Most bytes of one file. Shown, and checked in the page; the server has to check it again. */
  readonly maxBytes?: number | undefined
  /** Most files, with `multiple`. */
  readonly maxFiles?: number | undefined
  /** Default "Drop files here or choose them." */
  readonly prompt?: string | undefined
  /** Messages for a file that is too large, of another type, or one too many. */
  readonly messages?:
    | {
        readonly size?: string
        readonly type?: string
        readonly count?: string
        readonly remove?: string
      }
    | undefined
}

/**
 * `<Dropzone label="Photos" name="photos" multiple accept="image/png, .jpg" maxBytes={2 ** 21} />`. The form around it
 * needs `enctype="multipart/form-data"` to send files without JavaScript.
 */
export function Dropzone(props: DropzoneProps): Markup {
  const { frame, control: controlProps } = splitProps(props)
  const { maxBytes, maxFiles, prompt, messages: texts = {}, ...rest } = controlProps
  const { accept, multiple } = controlProps
  const messages = ownProps(texts)
  const limits = limitsText({ accept, maxBytes, maxFiles: multiple ? maxFiles : undefined })
  const tied = tie(rest)
  const { id, value: _, "aria-describedby": described, ...control } = tied.control
  const describedBy =
    [limits !== "" && `${id}_limits`, described].filter(Boolean).join(" ") || undefined
  return inField(
    frame,
    tied,
    div(
      {
        class: "dropzone",
        "data-dropzone": true,
        "data-max-bytes": maxBytes,
        "data-max-files": multiple ? maxFiles : 1,
        "data-size-message": messages.size ?? "Too large.",
        "data-type-message": messages.type ?? "Not one of the types that are taken.",
        "data-count-message": messages.count ?? "One file too many.",
        "data-remove": messages.remove ?? "Remove",
      },
      p(
        { class: "dropzone-prompt", "aria-hidden": true },
        prompt ??
          (multiple ? "Drop files here or choose them." : "Drop a file here or choose one."),
      ),
      input({
        ...withClass("input", { ...control, id }),
        "aria-describedby": describedBy,
        type: "file",
      }),
      limits !== "" && p({ class: "dropzone-limits", id: `${id}_limits` }, limits),
      ul({
        class: "dropzone-files",
        "aria-live": "polite",
        "data-ignore-morph": true,
        id: `${id}_files`,
      }),
    ),
  )
}

interface Limits {
  readonly accept: unknown
  readonly maxBytes: number | undefined
  readonly maxFiles: number | undefined
}

function limitsText({ accept, maxBytes, maxFiles }: Limits): string {
  const types =
    typeof accept === "string" ? accept.split(",").map(type => typeName(type.trim())) : []
  const parts = [
    types.filter(Boolean).join(", "),
    maxBytes !== undefined && `up to ${bytesText(maxBytes)} each`,
    maxFiles !== undefined && `at most ${maxFiles} files`,
  ]
  const text = parts.filter(Boolean).join(", ")
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** `.jpg` and `image/jpg` as JPG, `image/*` as images. */
function typeName(type: string): string {
  if (type.endsWith("/*"))
    return type === "image/*" ? "images" : type === "text/*" ? "texts" : type.slice(0, -2)
  return type
    .replace(/^\.|^.*\//, "")
    .replace(/^vnd\.|\+xml$/g, "")
    .toUpperCase()
}

/** `1536` as `1.5 KB`: in steps of 1024, as file managers count. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"]
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power]}`
}
