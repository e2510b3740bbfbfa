// npm run -s bench -- NAME [--json] [--case TEXT] [--vs TEXT] [--quick]: builds when needed and runs bench/NAME.ts against the build.
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { ensureBuilt } from "./support/build.mjs"
import { fail, root, run } from "./support/project.mjs"

const [name, ...rest] = process.argv.slice(2)
const notBenches = new Set(["harness.ts"])
const names = readdirSync(join(root, "bench"))
  .filter(file => file.endsWith(".ts") && !file.endsWith(".test.ts") && !notBenches.has(file))
  .map(file => file.slice(0, -3))

if (!name || !existsSync(join(root, `bench/${name}.ts`)) || !names.includes(name)) {
  fail(`${name ? `There is no bench "${name}".` : "Which bench?"} Usage: npm run -s bench -- NAME [--json]. Names: ${names.join(", ")}.`)
}
await ensureBuilt({ output: 2 })
const env = { ...process.env, NODE_ENV: "production" }
process.exitCode = await run(process.execPath, ["--expose-gc", "--import", "tsx", join(root, `bench/${name}.ts`), ...rest], { env })
