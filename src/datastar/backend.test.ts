// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what is printed for the page is a template.
import { expect, it } from "vitest"
import { del, get, js, patch, post, put, setAll, signal, toggleAll } from "./index.ts"

const name = signal("name", "")
const printed = (expression: unknown): string => String(expression)

it("has one function per method", () => {
  expect([get("/a"), post("/a"), put("/a"), patch("/a"), del("/a")].map(printed)).toEqual([
    "@get('/a')",
    "@post('/a')",
    "@put('/a')",
    "@patch('/a')",
    "@delete('/a')",
  ])
})

it("prints every option that Datastar knows", () => {
  const effect = post("/todos", {
    contentType: "form",
    selector: "#form",
    headers: { "X-Token": name },
    filterSignals: { include: /^todo\./, exclude: /secret$/ },
    payload: { amount: 5, name },
    openWhenHidden: true,
    requestCancellation: "disabled",
    retry: "always",
    retryInterval: 500,
    retryScaler: 1.5,
    retryMaxWait: 10_000,
    retryMaxCount: Number.POSITIVE_INFINITY,
  })
  expect(printed(effect)).toBe(
    "@post('/todos', {filterSignals: {include: /^todo\\./, exclude: /secret$/}, contentType: 'form', selector: '#form', " +
      "headers: {'X-Token': $name}, payload: {amount: 5, name: $name}, openWhenHidden: true, requestCancellation: 'disabled', " +
      "retry: 'always', retryInterval: 500, retryScaler: 1.5, retryMaxWait: 10000, retryMaxCount: Infinity})",
  )
  expect(printed(get("/a", { requestCancellation: js("$controller") }))).toBe(
    "@get('/a', {requestCancellation: ($controller)})".replace("($controller)", "$controller"),
  )
})

it("encodes query parameters as a form does, around what the URL has already", () => {
  expect(
    printed(
      get("/a?b=1#top", {
        query: { q: "ä&=#", list: [1, 2], none: null, missing: undefined, on: true },
      }),
    ),
  ).toBe("@get('/a?b=1&q=%C3%A4%26%3D%23&list=1&list=2&on=true#top')")
  expect(printed(get("/a", { query: { since: new Date(0) } }))).toBe(
    "@get('/a?since=1970-01-01T00%3A00%3A00.000Z')",
  )
  expect(printed(get("/a", { query: {} }))).toBe("@get('/a')")
})

it("encodes expressions in the query in the page", () => {
  expect(printed(get("/a", { query: { q: name, page: 1 } }))).toBe(
    "@get(`/a?q=${encodeURIComponent($name)}&page=1`)",
  )
  expect(printed(get(signal("url", "").plus("/x"), { query: { page: 1 } }))).toBe(
    "@get(`${$url}/x?page=1`)",
  )
})

it("refuses a request to nowhere", () => {
  expect(() => post("")).toThrow(expect.objectContaining({ code: "NITRO_DATASTAR_ATTRIBUTE" }))
})

it("sets and toggles many signals", () => {
  expect(printed(setAll(true, { include: /^foo$/ }))).toBe("@setAll(true, {include: /^foo$/})")
  expect([setAll(""), toggleAll(), toggleAll({ include: /^is/ })].map(printed)).toEqual([
    "@setAll('')",
    "@toggleAll()",
    "@toggleAll({include: /^is/})",
  ])
})
