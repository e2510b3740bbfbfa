// Koa.
import type { AddressInfo } from "node:net"
import Koa from "koa"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro } from "nitro-ts/koa"

export function start(options: NitroOptions, page: () => Promise<string>): void {
  const app = new Koa().use(nitro(options)).use(async context => {
    context.body = await page()
  })
  const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}
