// npm run build [-- --if-stale]: generates, compiles src to dist, removes from dist what no source makes any more.
import { ensureBuilt } from "./support/build.mjs"

await ensureBuilt({ force: !process.argv.includes("--if-stale") })
