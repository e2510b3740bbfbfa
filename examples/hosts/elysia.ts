// Elysia.
import { Elysia } from "elysia"
import { serve } from "nitro-ts"
import { nitro } from "nitro-ts/elysia"
import type { NitroOptions } from "nitro-ts/fetch"

export async function start(options: NitroOptions, page: () => Promise<string>): Promise<void> {
  const html = { "content-type": "text/html; charset=utf-8" }
  const app = new Elysia().use(nitro(options))
  app.get("/", async () => new Response(await page(), { headers: html }))
  await serve({ fetch: request => app.fetch(request) })
}
