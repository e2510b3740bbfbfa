// Fastify.
import fastify from "fastify"
import { nitro } from "nitro-ts/fastify"
import type { NitroOptions } from "nitro-ts/fetch"

export async function start(options: NitroOptions, page: () => Promise<string>): Promise<void> {
  const app = fastify()
  await app.register(nitro(options))
  app.get("/", async (_request, reply) => reply.type("text/html").send(await page()))
  const url = await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" })
  console.log(`listening on ${url}`)
}
