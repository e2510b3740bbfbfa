// Where a host has mounted an app: what `app.use("/shop", nitro())` of Express and `app.route("/shop", …)` of Hono reveal.
import type { IncomingMessage } from "node:http"

/** What Express, connect and their like add to a request that they pass to a mounted handler. */
interface MountedRequest {
  /** The mount path, by Express alone. */
  readonly baseUrl?: unknown
  /** As the client sent it; `url` lacks the mount path. */
  readonly originalUrl?: unknown
}

export interface NodeMount {
  /** The mount path, `""` at the root. */
  readonly path: string
  /** The address as the client sent it, path and query. */
  readonly url: string
}

/** Undefined where the host reveals nothing: node:http itself. */
export function nodeMountOf(req: IncomingMessage): NodeMount | undefined {
  const { baseUrl, originalUrl } = req as MountedRequest
  if (typeof originalUrl !== "string") return undefined
  if (typeof baseUrl === "string") return { path: baseUrl, url: originalUrl }
  const [full, inner] = [pathOf(originalUrl), pathOf(req.url ?? "/")]
  if (full === inner) return { path: "", url: originalUrl }
  // connect strips the mount path from the front; other rewriting is none of a mount.
  const path = full.endsWith(inner) ? full.slice(0, -inner.length) : inner === "/" ? full : ""
  return { path, url: originalUrl }
}

const pathOf = (url: string): string => url.split("?", 1)[0] as string

/** `/shop` of the pattern `/shop/*` that Hono matched; undefined where a pattern does not say how long the mount path is. */
export function mountOf(pattern: string, path: string): string | undefined {
  const prefix = pattern.replace(/\/?\*$/, "").replace(/\/$/, "")
  if (/[*?{]/.test(prefix)) return undefined
  if (!prefix.includes(":")) return prefix
  return path.split("/", prefix.split("/").length).join("/")
}
