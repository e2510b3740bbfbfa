import { Entity, serial, withStores } from "nitro-ts/entity"
import { storeSuite } from "nitro-ts/testing"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { MapStore } from "./support/map-store.ts"

storeSuite(
  { describe, it, expect },
  { name: "a store of a third party", open: () => new MapStore() },
)

it("refuses a class whose ids the store would have to count", async () => {
  class Ticket extends Entity("Ticket", { id: serial() }) {}
  const create = withStores(new MapStore(), () => Ticket.create({}))
  await expect(create).rejects.toMatchObject({
    code: "NITRO_CAPABILITY",
    details: { capability: "generatedIds" },
  })
})

it("says what a store of a third party lacks when the class is bound to it", async () => {
  class Session extends Entity("Session", { token: z.string() }, { ttlSeconds: 60 }) {}
  const create = withStores(new MapStore(), () => Session.create({ token: "a" }))
  await expect(create).rejects.toMatchObject({
    code: "NITRO_CAPABILITY",
    details: { entity: "Session", store: "map()", capability: "ttl" },
  })
})
