// Run as a separate process, with little memory: reads every row of a large table one after the other and prints what it saw.
import { z } from "zod"
import { Entity } from "../../../entity/index.ts"
import { postgres } from "../postgres/store.ts"
import { sqlite } from "../sqlite/store.ts"

const [place, batchSize] = process.argv.slice(2) as [string, string]
const store = place.startsWith("postgres")
  ? postgres({ url: place, schema: "none" })
  : sqlite({ file: place, schema: "none" })

class Reading extends Entity("Reading", { sensor: z.int(), text: z.string() }) {
  static store = store
}

let count = 0
let characters = 0
let last = ""
for await (const { id, text } of Reading.all().stream({ batchSize: Number(batchSize) })) {
  if (id <= last) throw new Error(`${id} came after ${last}.`)
  last = id
  count++
  characters += text.length
}
await store.close()
process.stdout.write(JSON.stringify({ count, characters }))
