// A cursor: what a page has, as the id of its last event. It proves which views need not be sent again.
import { createHash } from "node:crypto"
import { shortHash } from "../shared/short-hash.ts"
import { placeOf } from "./positions.ts"

export interface Cursor {
  /** `EPOCH:POSITION` in the log of changes. The page shows every change up to this one, as far as it concerns its views. */
  readonly place: string
  /** Hashes of in which elements the page has views, and of which they are. */
  readonly layout: string
  /** Of a page without a stream so far: fingerprint of its user. */
  readonly viewer: string | undefined
  /** Fingerprint of the content of all views, where numbers of changes prove too little. */
  readonly digest: string | undefined
}

const form = /^([\w-]{1,64}:[\w.-]{1,64}):([\w-]{1,32})(?:~([\w-]{1,32})|:([\w-]{1,32}))?$/

/** Undefined for anything but the text of a cursor: it comes from outside. */
export function parseCursor(text: string): Cursor | undefined {
  const [, place, layout, viewer, digest] = form.exec(text) ?? []
  if (place === undefined || layout === undefined) return undefined
  return { place, layout, viewer: viewer, digest }
}

/** `EPOCH:POSITION:LAYOUT~ASKER`, for a page that was just rendered. */
export function pageCursorText(seq: number, layout: string, viewer: string): string {
  return `${cursorText(seq, layout)}~${viewer}`
}

/** `EPOCH:POSITION:LAYOUT` or `EPOCH:POSITION:LAYOUT:DIGEST`. A number without a place in the log proves nothing: `none:0`. */
export function cursorText(seq: number, layout: string, digest?: string): string {
  const text = `${placeOf(seq) ?? "none:0"}:${layout}`
  return digest === undefined ? text : `${text}:${digest}`
}

/** 96 bits of SHA-256 in 16 characters. */
export function fingerprint(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url").slice(0, 16)
}

/** Short hashes of the HTML ids of a page's views and of the views, in whatever order they were rendered. */
export function layoutText(
  ids: readonly string[],
  views: readonly string[],
  hash: (text: string) => string = shortHash,
): string {
  return `${hash([...ids].sort().join("\n"))}-${hash([...views].sort().join("\n"))}`
}

/** True when what one has is in elements of the other. */
export function hasSameElements(layout: string, other: string): boolean {
  return layout.split("-", 1)[0] === other.split("-", 1)[0]
}
