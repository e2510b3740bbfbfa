// h3.
import { H3 } from "h3"
import { serve } from "nitro-ts"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro } from "nitro-ts/h3"

export async function start(options: NitroOptions, page: () => Promise<string>): Promise<void> {
  const html = { "content-type": "text/html; charset=utf-8" }
  const app = new H3()
  app.use(nitro(options))
  app.get("/", async () => new Response(await page(), { headers: html }))
  await serve({ fetch: request => app.fetch(request) })
}
