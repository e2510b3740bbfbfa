// The limit of a live page: raw node:http that keeps its responses in a set and writes the bytes that it is given to each.
import { createServer, type ServerResponse } from "node:http"

const streams = new Set<ServerResponse>()

function open(res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  })
  res.write("id: start:0:none\n\n")
  streams.add(res)
  res.once("close", () => streams.delete(res))
}

const server = createServer(async (req, res) => {
  if (req.method === "POST") {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    for (const stream of streams) stream.write(bytes)
    res.end()
  } else if (req.url === "/ping") res.end("pong")
  else if (req.url?.includes("_nitro=")) open(res)
  else
    res
      .writeHead(200, { "content-type": "text/html" })
      .end(`<div data-init="@get(&#39;/?_nitro=x&#39;)"></div>`)
})
server.keepAliveTimeout = 60_000
server.listen({ port: Number(process.env["PORT"]), host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address()
  if (address !== null && typeof address === "object")
    console.log(`listening on http://127.0.0.1:${address.port}`)
})
