import { expect, it } from "vitest"
import { ownPath } from "./own-path.ts"

it.each([
  "/",
  "/a/b",
  "//evil.test/x",
  "///evil.test",
  "/\\evil.test",
  "//",
  "/.//evil.test",
  "/%2F/evil.test",
])("%j stays on its site, whatever page refers to it", path => {
  for (const page of [
    "http://shop.test/",
    "http://shop.test//evil.test/x",
    "https://shop.test/a/b?c",
  ]) {
    const url = new URL(ownPath(path), page)
    expect(url.host).toBe("shop.test")
    expect(url.pathname.replaceAll("%5C", "\\")).toBe(path.replace("/.//", "//"))
  }
})
