// The store contract and the tests of entities on a store that responds later: most stores do, and memory does not.
import { afterAll, describe, expect, it } from "vitest"
import { storeSuite } from "../testing/index.ts"
import { configure } from "./binding/stores.ts"
import { memory } from "./memory/store.ts"
import { respondingLater } from "./testing/later.ts"
import { declareEntityTests } from "./testing/suites.ts"

storeSuite(
  { describe, it, expect },
  { name: "memory() that answers later", open: options => respondingLater(memory(options)) },
)

configure({ store: respondingLater(memory()) })
afterAll(() => configure({ store: memory() }))
describe("on a store that responds later", declareEntityTests)
