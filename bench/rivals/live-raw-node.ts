// The limit of a live page: raw node:http that keeps its responses in a set and writes the bytes that it is given to each.
import type { ServerResponse } from "node:http"
import { serveRaw } from "../support/raw-live.ts"

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

serveRaw(
  (_req, res) => open(res),
  bytes => {
    for (const stream of streams) stream.write(bytes)
  },
)
