// The client of an action and its form: they decide the shape of the response.
import type { Input } from "../contract/action.ts"
import { isFormType, mediaTypeOf } from "../contract/media-type.ts"

export type Client = "datastar" | "json" | "form"

/** The kind of client: the page's script, a program, or a browser form without script. */
export function clientOf(request: Request): Client {
  const headers = request.headers
  if (headers.get("datastar-request") !== null) return "datastar"
  return isFormType(mediaTypeOf(headers.get("content-type"))) &&
    (headers.get("accept") ?? "").includes("text/html")
    ? "form"
    : "json"
}

/** The form a request came from, with what was typed into it; undefined for requests that no form sent. */
export interface PostedForm {
  readonly key: string
  /** Of the fields that were sent. */
  readonly names: readonly string[]
  /** Of those that may be shown again. */
  readonly values: Input
}

export interface ClientRequest {
  readonly request: Request
  readonly client: Client
  readonly form: PostedForm | undefined
}
