// npm run -s bench -- NAME [--json] [--case TEXT] [--vs TEXT] [--quick]: builds when needed and runs bench/NAME.ts against the build.
// With --against COMMIT it compares this tree with another commit instead, case by case.
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { ensureBuilt } from "./support/build.mjs"
import { checkout, resolveCommit } from "./support/checkout.mjs"
import { fail, root, run } from "./support/project.mjs"

const usage =
  "Usage: npm run -s bench -- NAME [--json] [--case TEXT] [--vs TEXT] [--quick] [--against COMMIT]"
/** Measures and reports: the same on both sides of a comparison, whatever the other commit had. */
const instrument = ["harness.ts", "support/comparison.ts", "support/probe.ts"].map(
  file => `bench/${file}`,
)
const [name, ...rest] = process.argv.slice(2)
const notBenches = new Set(["harness.ts"])
const names = readdirSync(join(root, "bench"))
  .filter(file => file.endsWith(".ts") && !file.endsWith(".test.ts") && !notBenches.has(file))
  .map(file => file.slice(0, -3))

if (!name || !names.includes(name)) {
  fail(
    `${name ? `There is no bench "${name}".` : "Which bench?"} ${usage}. Names: ${names.join(", ")}.`,
  )
}
const env = { ...process.env, NODE_ENV: "production" }
const node = args => run(process.execPath, ["--expose-gc", "--import", "tsx", ...args], { env })

const at = rest.indexOf("--against")
if (at < 0) {
  await ensureBuilt({ output: 2 })
  process.exitCode = await node([join(root, `bench/${name}.ts`), ...rest])
} else {
  const [, target] = rest.splice(at, 2)
  if (!target) fail(`--against needs a commit. ${usage}.`)
  const commit = resolveCommit(target)
  await ensureBuilt({ output: 2 })
  const folder = await checkout(commit, { replaced: instrument })
  if (!existsSync(join(folder, `bench/${name}.ts`))) fail(`${commit} has no bench "${name}".`)
  process.exitCode = await node([
    join(root, "bench/support/against.ts"),
    name,
    folder,
    commit,
    ...rest,
  ])
}
