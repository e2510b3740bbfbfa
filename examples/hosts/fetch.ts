// Any host that speaks fetch.
import { serve } from "nitro-ts"
import { type NitroOptions, nitro } from "nitro-ts/fetch"

export async function start(options: NitroOptions, page: () => Promise<string>): Promise<void> {
  const handle = nitro(options)
  const html = { "content-type": "text/html; charset=utf-8" }
  const respond = async () => new Response(await page(), { headers: html })
  await serve({ fetch: request => handle(request, respond) })
}
