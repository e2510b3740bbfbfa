// The store contract and the tests of entities where a runtime forbids to generate code, and closures take over.
import { describe, expect, it } from "vitest"

// Before anything is imported that looks whether it may.
const allowed = globalThis.Function
globalThis.Function = new Proxy(allowed, {
  construct() {
    throw new EvalError("Code generation from strings disallowed for this context")
  },
})
const { canGenerate } = await import("./definition/generate.ts")
const { storeSuite } = await import("../testing/index.ts")
const { memory } = await import("./memory/store.ts")
const { declareEntityTests } = await import("./testing/suites.ts")
globalThis.Function = allowed

it("runs without generated code", () => {
  expect(canGenerate).toBe(false)
})

storeSuite(
  { describe, it, expect },
  { name: "memory() with closures", open: options => memory(options) },
)

describe("with closures", declareEntityTests)
