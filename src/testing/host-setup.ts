// The host as the suite uses it: a function that starts an application on it.
import type { NitroOptions } from "../adapters/fetch.ts"
import type { MaybePromise } from "../shared/types.ts"

/** The requirements of a test, beyond the adapter. */
export interface HostSetup {
  /** For `nitro(options)`, or what the adapter calls it. */
  readonly options: NitroOptions
  /** Routes of the host's own for GET, by path below `mount`: HTML that is sent with status 200. Registered behind nitro. */
  readonly pages: Readonly<Record<string, () => MaybePromise<string>>>
  /** The path at which nitro and the pages are mounted, as `/shop`; `""` for the root. */
  readonly mount: string
  /** The host's parsers of JSON and form bodies run before nitro. Set only with the feature `bodyParser`. */
  readonly hasBodyParser: boolean
  /** The host's compression runs around nitro. Set only with the feature `compression`. */
  readonly hasCompression: boolean
  /** The host's error handler responds to errors of pages: status 500 and the text `handled: ` with the error's message. */
  readonly hasErrorHandler: boolean
}

export interface RunningHost {
  /** As `http://127.0.0.1:3000`, without the mount path. */
  readonly url: string
  /** Stops listening and ends all connections. */
  close(): Promise<void>
}

/** Optional features of a host. Tests of a missing feature are skipped by name. */
export type HostFeature = "bodyParser" | "compression" | "mount" | "errorHandler"

export interface HostSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string
  /** Starts an application on a free port of 127.0.0.1. Called once a test. */
  readonly start: (setup: HostSetup) => MaybePromise<RunningHost>
  /** Features that the host does not have. Default: none is missing. */
  readonly missing?: readonly HostFeature[]
}
