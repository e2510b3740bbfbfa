// Run as a separate process, beside others or killed on the way: applies what is pending and prints what it did.
import { postgres } from "../../postgres/store.ts"
import { sqlite } from "../../sqlite/store.ts"
import { createMigrator } from "../migrator.ts"

const [source, folder] = process.argv.slice(2) as [string, string]
const store = /^postgres/.test(source)
  ? postgres({ url: source, max: 2, schema: "none" })
  : sqlite({ file: source, schema: "none" })
process.stdout.write("ready\n")
const { migrations } = await createMigrator({
  store,
  folder,
  entities: [],
  lockTimeoutMs: 60_000,
}).up({ yes: true })
process.stdout.write(`${JSON.stringify(migrations.map(({ name }) => name))}\n`)
await store.close()
