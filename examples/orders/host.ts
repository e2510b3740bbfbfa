// Express: the only file of this application that knows its host. `examples/hosts` has one for each other host.
import type { AddressInfo } from "node:net"
import express from "express"
import { nitro } from "nitro-ts/express"
import type { NitroOptions } from "nitro-ts/fetch"

export function start(options: NitroOptions, page: () => Promise<string>): void {
  const app = express()
  app.use(nitro(options))
  app.get("/", async (_request, response) => void response.type("html").send(await page()))
  const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
