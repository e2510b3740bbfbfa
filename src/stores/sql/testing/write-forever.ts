// Run as a separate process, and killed: writes the id of each write in a file after the store has acknowledged it.
import { openSync, writeSync } from "node:fs"
import { inTransaction } from "../../../entity/index.ts"
import type { SqliteDriverName } from "../sqlite/drivers/load.ts"
import { sqlite } from "../sqlite/store.ts"
import { define } from "./definitions.ts"

const [file, notes, driver, round] = process.argv.slice(2) as [
  string,
  string,
  SqliteDriverName,
  string,
]
const acknowledged = openSync(notes, "a")
const store = sqlite({ file, driver })
const items = store.bind(define("Item", { n: "integer" }))
for (let n = 0; ; n++) {
  await items.write([{ op: "insert", row: [`single-${round}-${n}`, n] }])
  writeSync(acknowledged, `single-${round}-${n}\n`)
  await inTransaction(store, async () => {
    await items.write([{ op: "insert", row: [`left-${round}-${n}`, n] }])
    await items.write([{ op: "insert", row: [`right-${round}-${n}`, n] }])
  })
  writeSync(acknowledged, `right-${round}-${n}\n`)
}
