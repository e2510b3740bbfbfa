// The contract that every store keeps, on a real Postgres server, with each client library.
import { afterAll, describe, expect, it } from "vitest"
import { postgresMissing, testDatabase } from "../../../../test/support/postgres.ts"
import { storeSuite } from "../../../testing/index.ts"
import { postgresDrivers } from "./drivers/load.ts"
import { postgres } from "./store.ts"

if (postgresMissing !== undefined) {
  console.log(`Skipped: ${postgresMissing}`)
  it.skip("keeps the store contract on Postgres", () => undefined)
} else {
  const database = await testDatabase(700)
  afterAll(() => database.remove())
  for (const driver of postgresDrivers) {
    storeSuite(
      { describe, it, expect },
      {
        name: `postgres through ${driver}`,
        open: options =>
          postgres({ url: database.emptySchema(), driver, max: 4, schema: "sync", ...options }),
      },
    )
  }
}
