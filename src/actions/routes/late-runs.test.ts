// Work without a unit of work goes on behind its deadline: its key is not free until it has ended.
import { type ActionCall, action, expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../../test/support/errors.ts"
import type { IdempotencyOptions } from "./idempotency.ts"

describe.each<[string, IdempotencyOptions]>([
  ["memory", {}],
  ["a database", { store: sqlite(":memory:") }],
])("with responses kept in %s", (_, idempotency) => {
  let runs = 0
  let end: (error?: Error) => void = () => {}
  class Payment extends Entity("Payment", { amount: z.int().default(5) }) {
    static store = memory()
    @action({ unitOfWork: false, deadlineMs: 150 }) static async charge(): Promise<{
      charged: number
    }> {
      runs++
      await new Promise<void>((resolve, reject) => {
        end = error => (error === undefined ? resolve() : reject(error))
      })
      return { charged: runs }
    }
    @action({ deadlineMs: 30, input: { how: z.string() } }) static async late(
      { how }: { how: string },
      { signal }: ActionCall,
    ) {
      if (how === "write") {
        await new Promise(resolve => setTimeout(resolve, 60))
        await Payment.create({})
      } else
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason))
        })
    }
  }
  const app = nitro({ entities: [expose(Payment, { allow: () => true })], idempotency })
  let errors: ReturnType<typeof expectErrors> = []
  const charge = async (key: string | undefined) => {
    const response = await app(
      new Request("http://shop.test/payments/charge", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        body: "{}",
      }),
    )
    return { status: response.status, text: await response.text() }
  }
  beforeEach(() => {
    runs = 0
    // The deadlines.
    errors = expectErrors()
  })

  it("sends the response of the late run to a request that comes again", async () => {
    const key = crypto.randomUUID()
    expect((await charge(key)).status).toBe(504)
    const again = charge(key)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(runs).toBe(1)
    end()
    expect(await again).toEqual({ status: 200, text: '{"charged":1}' })
    expect(await charge(key)).toEqual({ status: 200, text: '{"charged":1}' })
    expect(runs).toBe(1)
  })

  it.each(["with", "without"])(
    "reports what a late run %s a key fails with, and not that it succeeds",
    async which => {
      const key = which === "with" ? crypto.randomUUID() : undefined
      expect((await charge(key)).status).toBe(504)
      end(new Error("no money"))
      expect((await charge(which === "with" ? crypto.randomUUID() : undefined)).status).toBe(504)
      end()
      await new Promise(resolve => setTimeout(resolve, 20))
      expect(errors.map(({ where }) => where)).toEqual([
        "Payment.charge",
        "Payment.charge, after its deadline",
        "Payment.charge",
      ])
      expect(errors[1]?.error).toEqual(new Error("no money"))
    },
  )

  it("reports no failure that follows from the deadline itself", async () => {
    for (const how of ["write", "signal"]) {
      const response = await app(
        new Request(`http://shop.test/payments/late?how=${how}`, { method: "POST" }),
      )
      expect(response.status).toBe(504)
    }
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(errors.map(({ where }) => where)).toEqual(["Payment.late", "Payment.late"])
  })

  it("frees the key once the late run has failed", async () => {
    const key = crypto.randomUUID()
    expect((await charge(key)).status).toBe(504)
    end(new Error("no money"))
    const again = charge(key)
    await vi.waitFor(() => expect(runs).toBe(2), { interval: 5 })
    end()
    expect(await again).toEqual({ status: 200, text: '{"charged":2}' })
  })
})
