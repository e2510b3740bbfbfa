// A page of hand-written template literals, sent by `res.end`.
import { createServer } from "node:http"
import { c, d } from "./literals.ts"

const page = process.env["BENCH_CASE"] === "c" ? c : d

const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8")
  response.end(page())
}).listen(0, "127.0.0.1", () =>
  console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}/`),
)
process.on("SIGTERM", () => process.exit(0))
