// What raw rivals of the live bench have in common: a page, a ping, and a POST whose body goes to every open stream.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** `open` begins a stream; `write` sends the bytes to all of them. */
export function serveRaw(
  open: (req: IncomingMessage, res: ServerResponse) => void,
  write: (bytes: Buffer) => void,
): void {
  const server = createServer(async (req, res) => {
    if (req.method === "POST") {
      const parts: Buffer[] = []
      for await (const part of req) parts.push(part as Buffer)
      write(Buffer.concat(parts))
      res.end()
    } else if (req.url === "/ping") res.end("pong")
    else if (req.url?.includes("_nitro=")) open(req, res)
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
}
