import { expect, it } from "vitest"
import { currentRequest, type RequestContext, splitUrl, withRequest } from "./request-context.ts"

it.each([
  ["http://a.test", "/", ""],
  ["http://a.test/", "/", ""],
  ["http://a.test/x/y?q=/z?", "/x/y", "?q=/z?"],
  ["http://a.test/x#h?no", "/x", ""],
  ["http://a.test/x?q#h", "/x", "?q"],
])("splits %s into path and query", (url, path, search) => {
  expect(splitUrl(url)).toEqual({ path, search })
})

it("is known inside of the request only, across awaits", async () => {
  const context = { basePath: "/app" } as RequestContext
  const seen = await withRequest(context, async () => {
    await new Promise(resolve => setImmediate(resolve))
    return currentRequest()
  })
  expect(seen).toBe(context)
  expect(currentRequest()).toBeUndefined()
})
