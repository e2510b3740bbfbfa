// Compressed streams as middleware makes them: node:http with a gzip stream of zlib's for each response, flushed after each write.
import type { ServerResponse } from "node:http"
import { constants, createGzip, type Gzip } from "node:zlib"
import { serveRaw } from "../support/raw-live.ts"

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

serveRaw(
  (req, res) => (req.headers["accept-encoding"] === undefined ? openPlain : open)(res),
  bytes => {
    for (const stream of plain) stream.write(bytes)
    for (const stream of streams) stream.write(bytes)
  },
)
