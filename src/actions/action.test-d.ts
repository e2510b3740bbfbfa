// Options of actions that must and must not compile.
import { action } from "nitro-ts/actions"
import { Entity } from "nitro-ts/entity"
import { z } from "zod"

const named = z.object({ name: z.string() })

class Product extends Entity("Product", { name: z.string(), price: z.number() }) {
  @action({ output: named }) itself() {
    return this
  }
  @action({ output: z.array(named) }) static list() {
    return Product.all()
  }
  @action({ output: named }) static async *each() {
    yield* await Product.all()
  }
  @action({ output: named.nullable() }) static async first() {
    return (await Product.all().first()) ?? null
  }
  // @ts-expect-error the schema wants a name
  @action({ output: named }) other() {
    return { title: "Desk" }
  }
  // @ts-expect-error nothing is returned
  @action({ output: named }) nothing() {}
  @action({ rateLimit: { limit: 5, perSeconds: 60 }, tags: ["a"], permission: "b" }) limited() {}
  // @ts-expect-error misspelt
  @action({ permision: "b" }) misspelt() {}
  // @ts-expect-error no such icon
  @action({ icon: "trassh" }) icon() {}
  // @ts-expect-error a limit has a time
  @action({ rateLimit: { limit: 5 } }) endless() {}
}
void Product

// @ts-expect-error no such field
Entity("A", { name: z.string() }, { display: "nmae" })
// @ts-expect-error misspelt
Entity("B", { name: z.string() }, { labelPlurals: "Bs" })
