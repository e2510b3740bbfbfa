// The same page by html``, its parts written to the socket in one go.
import { createServer } from "node:http"
import { chunks } from "nitro-ts/html"
import { c, d } from "./templates.ts"

const page = process.env["BENCH_CASE"] === "c" ? c : d

const server = createServer((_request, response) => {
  const parts = chunks(page()) as readonly string[]
  response.setHeader("content-type", "text/html; charset=utf-8")
  response.setHeader(
    "content-length",
    parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0),
  )
  response.cork()
  for (const part of parts) response.write(part)
  response.end()
}).listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}/`))
process.on("SIGTERM", () => process.exit(0))
