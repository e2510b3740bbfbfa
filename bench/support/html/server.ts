// The same page by html``, sent by what every page of ours is sent by.
import { createServer } from "node:http"
import { layout, type Markup } from "nitro-ts/html"
import { c, d } from "./templates.ts"

const page = process.env["BENCH_CASE"] === "c" ? c : d
const answer = layout<Record<never, never>>(({ children }) => children as Markup).wrap(
  (_request: unknown, _response: unknown) => page(),
)

const server = createServer((request, response) => void answer(request, response)).listen(
  0,
  "127.0.0.1",
  () =>
    console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}/`),
)
process.on("SIGTERM", () => process.exit(0))
