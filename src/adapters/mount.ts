// Where a host has mounted an app: what `app.use("/shop", nitro())` of Express and `app.route("/shop", …)` of Hono reveal.

import type { IncomingMessage } from "node:http"
import { beforeFirst } from "../shared/before-first.ts"

/** The properties that Express, connect and their like add to a request that they pass to a mounted handler. */
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
  // Hosts add them: unknown until looked at.
  const { baseUrl, originalUrl } = req as MountedRequest
  if (typeof originalUrl !== "string") return undefined
  if (typeof baseUrl === "string") return { path: baseUrl, url: originalUrl }
  return { path: mountBelow(originalUrl, req.url ?? "/"), url: originalUrl }
}

/** The path that connect and Koa have stripped from the front of an address; `""` for none, and for any other change of it. */
export function mountBelow(originalUrl: string, url: string): string {
  const [full, inner] = [pathOf(originalUrl), pathOf(url)]
  if (full === inner) return ""
  return full.endsWith(inner) ? full.slice(0, -inner.length) : inner === "/" ? full : ""
}

const pathOf = (url: string): string => beforeFirst(url, "?")

/** Hono's record of the running middleware: the pattern that matched, and the path at which its app is mounted. */
export interface HonoRoute {
  readonly path: string
  readonly basePath?: string
}

export interface Mount {
  readonly path: string
  /** By `app.route(path, …)` or `app.basePath(path)`; else by the pattern of `app.use("/shop/*", …)`, which could be a mere filter. */
  readonly isSure: boolean
}

/** Undefined where the pattern says nothing: that of one page, or one whose length is not known. */
export function honoMountOf(route: HonoRoute | undefined, path: string): Mount | undefined {
  if (route === undefined) return undefined
  let mount = honoMounts.get(route)
  if (mount === undefined) {
    mount = mountOfRoute(route)
    honoMounts.set(route, mount)
  }
  if (mount === null || !mount.path.includes(":")) return mount ?? undefined
  // A parameter stands for one segment.
  return { path: path.split("/", mount.path.split("/").length).join("/"), isSure: mount.isSure }
}

const honoMounts = new WeakMap<HonoRoute, Mount | null>()

/** The mount as its route writes it; null where the pattern says nothing. */
function mountOfRoute({ basePath = "/", path: pattern }: HonoRoute): Mount | null {
  const isSure = basePath !== "/"
  if (!isSure && !pattern.endsWith("*")) return null
  const path = (isSure ? basePath : pattern.slice(0, -1)).replace(/\/$/, "")
  return /[*?{]/.test(path) ? null : { path, isSure }
}
