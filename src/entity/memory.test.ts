import { describe, expect, it } from "vitest"
import { storeSuite } from "../testing/index.ts"
import { memory } from "./memory.ts"

storeSuite({ describe, it, expect }, { name: "memory()", open: () => memory() })
