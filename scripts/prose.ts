// npm run -s prose: counts turns of phrase that the project avoids. `-- --list PATH` shows them, `-- --lower` writes smaller counts.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../test/support/imports.ts"
import { countProse, proseFaults, proseFiles } from "../test/support/prose.ts"

const table = join(root, "test/fixtures/prose-counts.json")
const args = process.argv.slice(2)
const at = args.indexOf("--list")
const faults = proseFiles().flatMap(proseFaults)

if (at >= 0) {
  const below = args[at + 1] ?? ""
  for (const { path, line, kind, text } of faults)
    if (path.startsWith(below)) console.log(`${path}:${line} ${kind}: ${text}`)
} else if (args.includes("--lower")) {
  // A count that has risen stays as it is in the table, so that the test goes on to fail.
  const before: ReturnType<typeof countProse> = JSON.parse(readFileSync(table, "utf8"))
  const counts = countProse(faults)
  for (const kinds of Object.entries(counts).map(([folder, now]) => ({ now, old: before[folder] })))
    for (const kind of Object.keys(kinds.now) as (keyof typeof kinds.now)[])
      kinds.now[kind] = Math.min(kinds.now[kind] ?? 0, kinds.old?.[kind] ?? 0)
  writeFileSync(table, `${JSON.stringify(counts, null, 2)}\n`)
} else {
  for (const [folder, kinds] of Object.entries(countProse(faults)))
    console.log(folder.padEnd(18), JSON.stringify(kinds))
}
