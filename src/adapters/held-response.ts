// Holds back the writes of a page's handler to node's `ServerResponse`: its status counts, and the stream is the response.
import type { ServerResponse } from "node:http"
import { clientLeft } from "./page-request.ts"

const held = ["writeHead", "write", "end", "cork", "uncork", "flushHeaders"] as const

/**
 * Runs `answer`, which writes to `res` as always, and resolves with the status once it ends the response. Afterwards `res` is as
 * before: nothing was sent, and of its headers those are left that were set before, and cookies. Rejects as `answer` does.
 */
export async function statusOf(res: ServerResponse, answer: () => unknown): Promise<number> {
  const own = new Map(held.filter(name => Object.hasOwn(res, name)).map(name => [name, res[name]]))
  const headers = res.getHeaders()
  try {
    return await new Promise<number>((resolve, reject) => {
      const withStatus = (status: number): ServerResponse => {
        res.statusCode = status
        return res
      }
      const nothing = (): void => {}
      const substitutes: Record<(typeof held)[number], unknown> = {
        writeHead: withStatus,
        write: () => true,
        end: () => {
          resolve(res.statusCode)
          return res
        },
        cork: nothing,
        uncork: nothing,
        flushHeaders: nothing,
      }
      Object.assign(res, substitutes)
      res.once("close", () => resolve(clientLeft))
      // `next` of a router returns before the page is rendered, so its promise says only that it failed.
      Promise.resolve(answer()).catch(reject)
    })
  } finally {
    for (const name of held) {
      if (own.has(name)) Object.assign(res, { [name]: own.get(name) })
      else delete (res as Partial<Record<(typeof held)[number], unknown>>)[name]
    }
    for (const name of res.getHeaderNames()) if (name !== "set-cookie") res.removeHeader(name)
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && name !== "set-cookie") res.setHeader(name, value)
    res.statusCode = 200
  }
}
