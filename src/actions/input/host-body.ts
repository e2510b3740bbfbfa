// A request body that the host has read before nitro: as it was sent, or as the value that a body parser made of it.
import type { MaybePromise } from "../../shared/types.ts"

export type HostBody =
  /** As it was sent: it is parsed here, like a body of our own reading. */
  | { readonly kind: "sent"; readonly content: string | Uint8Array<ArrayBuffer> }
  /** A form, or the object that a parser made of a form or of JSON. */
  | { readonly kind: "form"; readonly entries: Iterable<[string, unknown]> }
  | {
      readonly kind: "parsed"
      readonly value: unknown
      readonly files?: Iterable<[string, unknown]> | undefined
    }
  /** It is in the request after all. */
  | { readonly kind: "unread" }
  /** It was read, and nothing of it was kept. `fix` is the line to write on this host. */
  | { readonly kind: "lost"; readonly fix: string }

const bodies = new WeakMap<Request, () => MaybePromise<HostBody>>()

/** Adapters say here what has become of a body that is no longer in the request. It is looked at when an action needs it. */
export function setHostBody(request: Request, body: () => MaybePromise<HostBody>): void {
  bodies.set(request, body)
}

/** Undefined for almost every request: its body is still to be read. */
export function hostBodyOf(request: Request): (() => MaybePromise<HostBody>) | undefined {
  return bodies.get(request)
}
