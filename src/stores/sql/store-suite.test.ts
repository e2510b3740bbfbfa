// The contract that every store keeps, on each SQLite library, in memory and in a file.
import { afterAll, describe, expect, it } from "vitest"
import { storeSuite } from "../../testing/index.ts"
import { sqlite } from "./sqlite/store.ts"
import { availableDrivers, temporaryFolder } from "./testing/drivers.ts"

const folder = temporaryFolder()
afterAll(folder.remove)
let files = 0

for (const driver of availableDrivers) {
  storeSuite(
    { describe, it, expect },
    {
      name: `sqlite(":memory:") on ${driver}`,
      open: options => sqlite({ file: ":memory:", driver, ...options }),
    },
  )
  storeSuite(
    { describe, it, expect },
    {
      name: `sqlite(file) on ${driver}`,
      open: options => sqlite({ file: folder.path(`${files++}.db`), driver, ...options }),
    },
  )
}
