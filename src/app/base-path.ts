// The prefix of everything that an app serves: as configured, else where the host has mounted the app.
import { NitroError } from "../shared/errors.ts"
import "./errors.ts"

export class BasePath {
  readonly #configured: string | undefined
  /** Where the first request found the app mounted. */
  #mount: string | undefined

  constructor(configured: string | undefined) {
    if (configured === undefined) return
    this.#configured = configured.replace(/\/+$/, "")
    if (this.#configured !== "" && !/^(?:\/[^/?#\\\s]+)+$/.test(this.#configured)) {
      throw new NitroError(
        "NITRO_BASE_PATH",
        `The basePath ${JSON.stringify(configured)} is not a path.`,
        {
          fix: 'Begin it with one slash: basePath: "/shop".',
        },
      )
    }
  }

  /** Without a slash at the end: `""` or `"/shop"`. */
  get path(): string {
    return this.#configured ?? this.#mount ?? ""
  }

  /** The mount path as the app spells it; one that is not sure gives way to a configured one. @throws NITRO_BASE_PATH when the app serves another path. */
  mountAt(mount: string, isSure = true): string {
    const configured = this.#configured
    if (configured !== undefined && !isSure) return configured
    if (configured !== undefined) {
      // At the root, or anywhere above the base path, the app sees every request that it is for.
      if (sameCase(configured, mount)) return configured
      if (sameCase(configured.slice(0, mount.length + 1), `${mount}/`))
        return configured.slice(0, mount.length)
      throw new NitroError(
        "NITRO_BASE_PATH",
        `nitro({ basePath: ${JSON.stringify(configured)} }) is mounted at ${JSON.stringify(mount)}: no request can reach what it serves.`,
        {
          fix: `Write basePath: ${JSON.stringify(mount)}, or leave basePath out, or mount the app at ${JSON.stringify(configured || "/")}.`,
        },
      )
    }
    if (this.#mount === undefined) this.#mount = mount
    else if (!sameCase(this.#mount, mount)) {
      throw new NitroError(
        "NITRO_BASE_PATH",
        `One nitro() is mounted at ${JSON.stringify(this.#mount || "/")} and at ${JSON.stringify(mount || "/")}.`,
        {
          fix: `Call nitro() once for each mount path: addresses in pages have the path of one.${isSure ? "" : ' Write basePath: "" where these are no mounts and the app stands at the root.'}`,
        },
      )
    }
    return this.#mount
  }
}

/** Routers that ignore case report the path as the client wrote it. */
const sameCase = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
