import { expect, it } from "vitest"
import { NitroError } from "../../shared/errors.ts"
import { retry } from "./retry.ts"
import { unitOfWork } from "./unit-of-work.ts"

const failing = (times: number, code = "NITRO_TRANSACTION_CONFLICT") => {
  const run = () => {
    run.calls++
    if (run.calls <= times) throw new NitroError(code, "on purpose")
    return "done"
  }
  run.calls = 0
  return run
}

it("runs again after a conflict or a busy store, and gives the result", async () => {
  for (const code of ["NITRO_TRANSACTION_CONFLICT", "NITRO_STORE_BUSY"]) {
    const run = failing(2, code)
    expect(await retry(run, { attempts: 3, delayMs: 1 })).toBe("done")
    expect(run.calls).toBe(3)
  }
})

it("gives up after its attempts with the last error", async () => {
  const run = failing(9)
  await expect(retry(run, { attempts: 3, delayMs: 1 })).rejects.toMatchObject({
    code: "NITRO_TRANSACTION_CONFLICT",
  })
  expect(run.calls).toBe(3)
})

it("does not run again after any other error", async () => {
  const run = failing(1, "NITRO_DUPLICATE")
  await expect(retry(run, { delayMs: 1 })).rejects.toMatchObject({ code: "NITRO_DUPLICATE" })
  expect(run.calls).toBe(1)
  expect(
    await retry(failing(1, "NITRO_DUPLICATE"), { delayMs: 1, codes: ["NITRO_DUPLICATE"] }),
  ).toBe("done")
})

it("runs once inside of a unit of work, which alone can be repeated", async () => {
  const run = failing(1)
  await expect(unitOfWork(() => retry(run, { delayMs: 1 }))).rejects.toMatchObject({
    code: "NITRO_TRANSACTION_CONFLICT",
  })
  expect(run.calls).toBe(1)
})

it("refuses a number of attempts that is none", async () => {
  await expect(retry(() => 1, { attempts: 0 })).rejects.toMatchObject({ code: "NITRO_QUERY" })
})
