// A product for sale. Stock reserved for an order is still on the shelf, but not available.
import { action, Entity, emit, event, Refusal } from "nitro-ts"
import { z } from "zod"
import { database } from "./database.ts"

const count = z.int().nonnegative()

export class Product extends Entity(
  "Product",
  {
    name: z.string().min(1).max(80),
    cents: count,
    stock: count.default(0),
    reserved: count.default(0),
  },
  { version: true, unique: ["name"] },
) {
  static store = database

  get free(): number {
    return this.stock - this.reserved
  }

  /** Sets aside what an order needs. */
  async reserve(quantity: number): Promise<void> {
    if (quantity > this.free) throw new Refusal(`Only ${this.free} of ${this.name} can be had.`)
    await this.update({ reserved: this.reserved + quantity })
  }

  /** Gives back what a cancelled order had set aside. */
  async release(quantity: number): Promise<void> {
    await this.update({ reserved: this.reserved - quantity })
  }

  /** Takes off the shelf what was set aside. */
  async take(quantity: number): Promise<void> {
    await this.update({ stock: this.stock - quantity, reserved: this.reserved - quantity })
  }

  @action({ input: { quantity: z.int().positive().max(1000) } })
  async restock({ quantity }: { quantity: number }): Promise<void> {
    await this.update({ stock: this.stock + quantity })
    await emit(productRestocked, this)
  }
}

export const productRestocked = event<Product>("product.restocked", { afterCommit: true })
