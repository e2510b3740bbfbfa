// npm run build: generates, compiles src to dist, and removes from dist what no source makes any more.
import { ensureBuilt } from "./support/build.mjs"

await ensureBuilt({ force: true })
