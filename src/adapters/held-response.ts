// Holds back the writes of a page's handler to node's `ServerResponse`: its status counts, and the stream is the response.
import type { ServerResponse } from "node:http"
import { clientLeft } from "./page-request.ts"

/** Called when the response ends, as long as it is held. */
const ends = new WeakMap<object, () => void>()

/**
 * Runs `route`, which writes to `res` as always, and resolves with the status once it ends the response. Afterwards `res` is as
 * before: nothing was sent, and of its headers those are left that were set before, and cookies. Rejects as `route` does.
 */
export async function statusOf(res: ServerResponse, route: () => unknown): Promise<number> {
  const { writeHead, write, end, cork, uncork, flushHeaders } = res
  const headers = res.getHeaders()
  let left = (): void => {}
  try {
    return await new Promise<number>((resolve, reject) => {
      ends.set(res, () => resolve(res.statusCode))
      Object.assign(res, substitutes)
      left = () => resolve(clientLeft)
      res.on("close", left)
      // `next` of a router returns before the page is rendered, so its promise says only that it failed.
      Promise.resolve(route()).catch(reject)
    })
  } finally {
    ends.delete(res)
    // A listener that stays would keep the whole request for as long as the stream is open.
    res.off("close", left)
    // Deleted properties, or another prototype for a while, would leave the object a private shape of over a kilobyte.
    Object.assign(res, { writeHead, write, end, cork, uncork, flushHeaders })
    for (const name of res.getHeaderNames()) if (name !== "set-cookie") res.removeHeader(name)
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && name !== "set-cookie") res.setHeader(name, value)
    res.statusCode = 200
  }
}

const nothing = (): void => {}
const substitutes = {
  writeHead(this: ServerResponse, status: number) {
    this.statusCode = status
    return this
  },
  write: () => true,
  end(this: ServerResponse) {
    ends.get(this)?.()
    return this
  },
  cork: nothing,
  uncork: nothing,
  flushHeaders: nothing,
}
