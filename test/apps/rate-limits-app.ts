// An app whose action has a rate limit, counted in a database that several processes share: driven by rate-limits.test.ts.
import { action, Entity, serve } from "nitro-ts"
import { nitro } from "nitro-ts/fetch"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"

const url = process.env["TEST_DATABASE"] as string
const store = url.startsWith("postgres") ? postgres(url) : sqlite(url)

class Login extends Entity("Login", {}) {
  static store = store

  @action({ rateLimit: { limit: 5, perSeconds: 3600 } })
  static attempt() {}
}

await serve({
  fetch: nitro({
    entities: [Login],
    limits: { store },
    user: request => ({ id: request.headers.get("x-user") }),
  }),
})
