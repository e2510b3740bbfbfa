// Compressed streams as middleware makes them: node:http with a gzip stream of zlib's for each response, flushed after each write.
import { createServer, type ServerResponse } from "node:http"
import { constants, createGzip, type Gzip } from "node:zlib"

const streams = new Set<Gzip>()

function open(res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "content-encoding": "gzip",
    "x-accel-buffering": "no",
  })
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  gzip.pipe(res)
  gzip.write("id: start:0:none\n\n")
  streams.add(gzip)
  res.once("close", () => {
    streams.delete(gzip)
    gzip.destroy()
  })
}

/** The first reader of the bench takes no gzip, and shows what was sent. */
const plain = new Set<ServerResponse>()
function openPlain(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/event-stream" })
  res.write("id: start:0:none\n\n")
  plain.add(res)
  res.once("close", () => plain.delete(res))
}

const server = createServer(async (req, res) => {
  if (req.method === "POST") {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    for (const stream of plain) stream.write(bytes)
    for (const stream of streams) stream.write(bytes)
    res.end()
  } else if (req.url === "/ping") res.end("pong")
  else if (req.url?.includes("_nitro="))
    (req.headers["accept-encoding"] === undefined ? openPlain : open)(res)
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
