// Run as a separate process: opens a Postgres store that has no table yet, and inserts one row.
import { postgres } from "../postgres/store.ts"
import { define } from "./definitions.ts"

const [url, id] = process.argv.slice(2) as [string, string]
const store = postgres({ url, schema: "sync" })
const items = store.bind(define("Item", { n: "integer" }, { index: [["n"]] }))
await items.write([{ op: "insert", row: [id, 1] }])
await store.close()
