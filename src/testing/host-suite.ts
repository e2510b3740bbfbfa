// The contract of host adapters as a suite: it starts an application on a host by a real listener and talks to it over HTTP.

import { bodyTests } from "./host-bodies.ts"
import { connectionTests } from "./host-connections.ts"
import { middlewareTests } from "./host-middleware.ts"
import { pageTests } from "./host-pages.ts"
import { responseTests } from "./host-responses.ts"
import { sessionTests } from "./host-sessions.ts"
import type { HostSuiteOptions } from "./host-setup.ts"
import { hostTools } from "./host-tools.ts"
import type { TestRunner } from "./runner.ts"

/**
 * Declares the tests that every host adapter must pass.
 *
 * ```ts
 * import { describe, expect, it } from "vitest"
 * hostSuite({ describe, it, expect }, { name: "my host", start: startMyHost })
 * ```
 */
export function hostSuite(runner: TestRunner, options: HostSuiteOptions): void {
  runner.describe(`the host contract on ${options.name}`, () => {
    const tools = hostTools(runner, options)
    responseTests(tools)
    pageTests(tools)
    bodyTests(tools)
    connectionTests(tools)
    middlewareTests(tools)
    sessionTests(tools)
  })
}
