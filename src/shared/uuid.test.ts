import { afterEach, describe, expect, it, vi } from "vitest"
import { uuidv7 } from "./uuid.ts"

describe("uuidv7", () => {
  afterEach(() => vi.useRealTimers())

  it("is a version 7 UUID of the RFC 9562 variant in lower case", () => {
    expect(uuidv7()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })

  it("carries the time in its first 48 bits", () => {
    const before = Date.now()
    const ms = Number.parseInt(uuidv7().replaceAll("-", "").slice(0, 12), 16)
    expect(ms).toBeGreaterThanOrEqual(before)
    expect(ms).toBeLessThanOrEqual(Date.now() + 1)
  })

  it("is strictly increasing and never repeats", () => {
    const ids = Array.from({ length: 100_000 }, uuidv7)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...ids].sort()).toEqual(ids)
  })

  it("keeps increasing when the clock steps back", () => {
    vi.useFakeTimers()
    vi.setSystemTime(Date.now() + 60_000)
    const first = uuidv7()
    vi.setSystemTime(Date.now() - 30_000)
    expect(uuidv7() > first).toBe(true)
  })
})
