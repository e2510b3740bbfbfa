import { expect, it } from "vitest"
import { assertSameSite } from "./csrf.ts"

const post = (headers: Record<string, string>) => new Request("http://shop.test/todos", { method: "POST", headers })

it("lets a page of the same origin through", () => {
  assertSameSite(post({ "sec-fetch-site": "same-origin", origin: "http://shop.test" }))
  assertSameSite(post({ "sec-fetch-site": "none" }))
})

it("lets a program through that is no browser", () => {
  assertSameSite(post({}))
})

it.each([
  { "sec-fetch-site": "cross-site", origin: "http://evil.test" },
  { "sec-fetch-site": "same-site", origin: "http://other.shop.test" },
  { "sec-fetch-site": "cross-site" },
  { origin: "http://evil.test", host: "shop.test" },
  { origin: "null", host: "shop.test" },
  { origin: "http://shop.test.evil.test", host: "shop.test" },
])("refuses a page of another site: %o", headers => {
  expect(() => assertSameSite(post(headers as unknown as Record<string, string>))).toThrow("was refused")
})

it("compares the origin with the host where the browser does not say more", () => {
  assertSameSite(post({ origin: "http://shop.test:8080", host: "shop.test:8080" }))
})

it("lets through the other sites that the application trusts", () => {
  assertSameSite(post({ "sec-fetch-site": "cross-site", origin: "https://app.test" }), ["https://app.test"])
})
