import { expect, it } from "vitest"
import { shortHash } from "../shared/short-hash.ts"
import { HashCache } from "./hash-cache.ts"

it("gives the hash of each text, also after more texts than are kept", () => {
  const hashes = new HashCache()
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 2500; i++) expect(hashes.of(`text ${i}`)).toBe(shortHash(`text ${i}`))
})
