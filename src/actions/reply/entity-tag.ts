// Entity tags: what a reader has already is not sent again, and what a writer has read must still be so.
import { createHash } from "node:crypto"
import type { EntityInstance } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { namesTag } from "../../shared/header-lists.ts"
import { makeResponse } from "./response.ts"

/** Kept by one client, which revalidates it before each use. */
const revalidated = "private, no-cache"

/** A JSON response with its tag; 304 without a body to a GET that names the tag. */
export function taggedResponse(request: Request, value: unknown, init: ResponseInit): Response {
  const text = JSON.stringify(value)
  const tag = tagOf(text)
  const isRead = request.method === "GET" || request.method === "HEAD"
  const headers = {
    ...(init.headers as Readonly<Record<string, string>>), // made by `responseTo`
    etag: tag,
    ...(isRead && {
      "cache-control": revalidated,
      vary: "accept, datastar-request, cookie, authorization",
    }),
  }
  if (isRead && namesTag(request.headers.get("if-none-match"), tag))
    return makeResponse(null, { status: 304, headers })
  return makeResponse(text, {
    ...init,
    headers: { "content-type": "application/json", ...headers },
  })
}

/**
 * Refuses to change an entity that is not as the sender of `If-Match` has read it. `showsCurrent`: the sender sees what is stored.
 * @throws NITRO_STALE_ENTITY
 */
export function assertMatch(
  request: Request,
  target: EntityInstance,
  name: string,
  showsCurrent: boolean = false,
): void {
  const expected = request.headers.get("if-match")
  if (expected === null || namesTag(expected, tagOf(JSON.stringify(target)))) return
  throw new NitroError(
    "NITRO_STALE_ENTITY",
    `${name} "${String(target.id)}" was changed since it was read.`,
    { details: { entity: name, id: target.id, ...(showsCurrent && { current: target.toJSON() }) } },
  )
}

/** Whether a request may change an entity only as its sender has read it. */
export const isConditional = (request: Request): boolean => request.headers.has("if-match")

/** Of a JSON text. */
function tagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`
}
