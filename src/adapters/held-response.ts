// Holds back the writes of a page's handler to node's `ServerResponse`: its status counts, and the stream is the response.
import type { ServerResponse } from "node:http"
import { clientLeft } from "./page-request.ts"

const heldMethods = ["writeHead", "write", "end", "cork", "uncork", "flushHeaders"] as const

/** Called when the response ends, as long as it is held. */
const ends = new WeakMap<object, () => void>()
/** For each prototype of responses, one that writes nothing. */
const holders = new WeakMap<object, object>()

/**
 * Runs `route`, which writes to `res` as always, and resolves with the status once it ends the response. Afterwards `res` is as
 * before: nothing was sent, and of its headers those are left that were set before, and cookies. Rejects as `route` does.
 */
export async function statusOf(res: ServerResponse, route: () => unknown): Promise<number> {
  const ownMethods = new Map(
    heldMethods.filter(name => Object.hasOwn(res, name)).map(name => [name, res[name]]),
  )
  const headers = res.getHeaders()
  const prototype: object = Object.getPrototypeOf(res)
  try {
    return await new Promise<number>((resolve, reject) => {
      ends.set(res, () => resolve(res.statusCode))
      // A property that is deleted later would leave a slow object, three times as large, for as long as the stream is open.
      Object.setPrototypeOf(res, holderOf(prototype))
      for (const name of ownMethods.keys()) Object.assign(res, { [name]: substitutes[name] })
      res.once("close", () => resolve(clientLeft))
      // `next` of a router returns before the page is rendered, so its promise says only that it failed.
      Promise.resolve(route()).catch(reject)
    })
  } finally {
    ends.delete(res)
    Object.setPrototypeOf(res, prototype)
    for (const name of heldMethods) {
      if (ownMethods.has(name)) Object.assign(res, { [name]: ownMethods.get(name) })
      else if (Object.hasOwn(res, name))
        delete (res as Partial<Record<(typeof heldMethods)[number], unknown>>)[name]
    }
    for (const name of res.getHeaderNames()) if (name !== "set-cookie") res.removeHeader(name)
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined && name !== "set-cookie") res.setHeader(name, value)
    res.statusCode = 200
  }
}

function holderOf(prototype: object): object {
  let holder = holders.get(prototype)
  if (holder === undefined) {
    holder = Object.assign(Object.create(prototype), substitutes) as object
    holders.set(prototype, holder)
  }
  return holder
}

const nothing = (): void => {}
const substitutes: Readonly<Record<(typeof heldMethods)[number], unknown>> = {
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
