// Requests that may write: those of this site's own pages, of programs, and of sites that the app trusts.
import { expect, it } from "vitest"
import { assertSameSite } from "./csrf.ts"

type HeaderValues = Readonly<Record<string, string>>

/** True when the request is let through; any other error than the refusal fails the test. */
function passes(headers: HeaderValues, trusted?: readonly string[]): boolean {
  try {
    assertSameSite(new Request("http://shop.test/todos", { method: "POST", headers }), trusted)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: "NITRO_CROSS_SITE", status: 403 })
    return false
  }
}

const table: [from: string, headers: HeaderValues, passes: boolean][] = [
  [
    "a page of the same origin",
    { "sec-fetch-site": "same-origin", origin: "http://shop.test" },
    true,
  ],
  ["the address bar", { "sec-fetch-site": "none" }, true],
  ["a program that is no browser", {}, true],
  ["a program that names a host", { host: "shop.test" }, true],
  ["an old browser on the same origin", { origin: "http://shop.test", host: "shop.test" }, true],
  [
    "an old browser on the same origin, with a port",
    { origin: "http://shop.test:8080", host: "shop.test:8080" },
    true,
  ],
  ["another site", { "sec-fetch-site": "cross-site", origin: "http://evil.test" }, false],
  ["another site that hides its origin", { "sec-fetch-site": "cross-site" }, false],
  ["a sister site", { "sec-fetch-site": "same-site", origin: "http://other.shop.test" }, false],
  [
    "a sister site of the same host",
    { "sec-fetch-site": "same-site", origin: "http://shop.test", host: "shop.test" },
    false,
  ],
  [
    "a word that is no such value",
    { "sec-fetch-site": "same-origin, cross-site", origin: "http://evil.test" },
    false,
  ],
  ["an old browser on another site", { origin: "http://evil.test", host: "shop.test" }, false],
  ["an old browser on no origin", { origin: "null", host: "shop.test" }, false],
  [
    "a host whose name ends with ours",
    { origin: "http://evilshop.test", host: "shop.test" },
    false,
  ],
  ["a host below ours", { origin: "http://evil.shop.test", host: "shop.test" }, false],
  [
    "a host whose name begins with ours",
    { origin: "http://shop.test.evil.test", host: "shop.test" },
    false,
  ],
  ["another port", { origin: "http://shop.test:8080", host: "shop.test" }, false],
  [
    "our host as a user of another",
    { origin: "http://shop.test@evil.test", host: "shop.test" },
    false,
  ],
  [
    "our host as a path of another",
    { origin: "http://evil.test/shop.test", host: "shop.test" },
    false,
  ],
  ["an origin without a host to compare it with", { origin: "http://shop.test" }, false],
  ["an empty origin", { origin: "", host: "shop.test" }, false],
  ["an empty origin and an empty host", { origin: "", host: "" }, false],
  ["a text that is no origin", { origin: "shshop.test", host: "shop.test" }, false],
]

it.each(table)("%s", (_, headers, expected) => {
  expect(passes(headers)).toBe(expected)
})

const trusted = ["https://app.test"]
it.each<[string, HeaderValues, boolean]>([
  ["that is listed", { "sec-fetch-site": "cross-site", origin: "https://app.test" }, true],
  ["that is listed, in an old browser", { origin: "https://app.test", host: "shop.test" }, true],
  ["with another scheme", { "sec-fetch-site": "cross-site", origin: "http://app.test" }, false],
  [
    "whose name begins with a listed one",
    { "sec-fetch-site": "cross-site", origin: "https://app.test.evil.test" },
    false,
  ],
  [
    "whose name ends with a listed one",
    { "sec-fetch-site": "cross-site", origin: "https://evil.https://app.test" },
    false,
  ],
  ["that hides its origin", { "sec-fetch-site": "cross-site" }, false],
])("trusts another site %s: %o", (_, headers, expected) => {
  expect(passes(headers, trusted)).toBe(expected)
})
