// Hono.
import { Hono } from "hono"
import { serve } from "nitro-ts"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro } from "nitro-ts/hono"

export async function start(options: NitroOptions, page: () => Promise<string>): Promise<void> {
  const app = new Hono()
  app.use(nitro(options))
  app.get("/", async c => c.html(await page()))
  await serve(app)
}
