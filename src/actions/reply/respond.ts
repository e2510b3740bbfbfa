// `respond(<Page/>)`: HTML as a web Response, whole by default, streamed on request.
import type { Markup } from "../../html/index.ts"
import { type ResponseOptions, toResponse } from "../../html/internal.ts"
import { responseClass } from "./response.ts"

export interface RespondOptions extends ResponseInit, Pick<ResponseOptions, "stream"> {}

/** Status and headers as in `new Response`; the content type is `text/html; charset=utf-8` unless given. */
export async function respond(page: Markup, options: RespondOptions = {}): Promise<Response> {
  return toResponse(page, options, responseClass())
}
