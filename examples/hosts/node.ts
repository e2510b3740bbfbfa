// node:http.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro } from "nitro-ts/node"

export function start(options: NitroOptions, page: () => Promise<string>): void {
  const html = { "content-type": "text/html; charset=utf-8" }
  const app = nitro(options, async (_request, response) =>
    response.writeHead(200, html).end(await page()),
  )
  const server = createServer(app).listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
