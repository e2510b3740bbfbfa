// Every value of every type comes back as it was given.
import { type Store, withStores } from "../entity/index.ts"
import { naughtyTexts, Sample, Versioned } from "./samples.ts"
import type { Tools } from "./store-tools.ts"

export function valueTests({ test, expect }: Tools): void {
  const roundTrip = async (
    store: Store,
    values: Record<string, unknown>,
  ): Promise<Record<string, unknown>> =>
    withStores(store, async () => {
      // The store refuses some of them on purpose.
      const saved = await Sample.create(values as never)
      const read = await Sample.get(saved.id)
      expect(read?.isDirty).toBe(false)
      // Looked at by name.
      return read as unknown as Record<string, unknown>
    })
  const same = (store: Store, field: string, values: readonly unknown[]): Promise<void> =>
    Promise.all(
      values.map(async value =>
        expect((await roundTrip(store, { [field]: value }))[field]).toEqual(value),
      ),
    ).then(() => {})

  test("keeps null in every field", async store => {
    const read = await roundTrip(store, {})
    for (const field of ["text", "count", "ratio", "flag", "at", "big", "bytes", "data"])
      expect(read[field]).toBe(null)
  })

  test("keeps text as it is: empty, quoted, Unicode, SQL", async store => {
    await same(store, "text", naughtyTexts)
  })

  test("keeps a megabyte of text", async store => {
    // In a field without an index: databases hold a few kB at most in one.
    await withStores(store, async () => {
      for (const note of ["x".repeat(1_000_000), "é€😀".repeat(200_000)]) {
        const { id } = await Versioned.create({ title: "long", note })
        expect((await Versioned.require(id)).note === note).toBe(true)
      }
    })
  })

  test("keeps integers and numbers to the last bit", async store => {
    await same(store, "count", [0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    await same(store, "ratio", [
      0,
      0.1,
      -0.1,
      1e21,
      1e-7,
      5e-324,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      Number.EPSILON,
      2 ** 53,
      123456789.12345679,
      3,
    ])
  })

  test("keeps booleans as booleans", async store => {
    await same(store, "flag", [true, false])
  })

  test("keeps bigints of 64 bits", async store => {
    await same(store, "big", [
      0n,
      1n,
      -1n,
      9007199254740993n,
      9223372036854775807n,
      -9223372036854775808n,
    ])
  })

  test("keeps instants to the millisecond, far ones too", async store => {
    await same(store, "at", [
      new Date(0),
      new Date(-1),
      new Date(1),
      new Date("2024-02-29T23:59:59.999Z"),
      new Date("0001-01-01T00:00:00Z"),
      new Date("9999-12-31T23:59:59.999Z"),
    ])
  })

  test("keeps the first and the last instant, or refuses them", async store => {
    for (const at of [
      new Date(8.64e15),
      new Date(-8.64e15),
      new Date("0000-01-01T00:00:00Z"),
      new Date("-000001-12-31T23:59:59.999Z"),
    ]) {
      const result = await roundTrip(store, { at }).catch((error: { code?: string }) => error.code)
      // Else it is what was read.
      if (result !== "NITRO_VALUE_UNSUPPORTED") expect((result as { at?: unknown }).at).toEqual(at)
    }
  })

  test("has one zero", async store => {
    expect((await roundTrip(store, { ratio: -0 }))["ratio"]).toBe(0)
    expect((await roundTrip(store, { count: -0 }))["count"]).toBe(0)
  })

  test("refuses what databases would keep changed, and keeps nothing of it", async store => {
    const refused = { code: "NITRO_VALUE_UNSUPPORTED" }
    const wrong = [
      { text: "a\0b" },
      { text: "\ud800" },
      { text: "a\udc00" },
      { big: 2n ** 63n },
      { big: -(2n ** 63n) - 1n },
    ]
    for (const values of wrong)
      await expect(roundTrip(store, values)).rejects.toMatchObject(refused)
    await withStores(store, async () => {
      expect(await Sample.count()).toBe(0)
      const sample = await Sample.create({ text: "kept" })
      for (const values of wrong) await expect(sample.update(values)).rejects.toMatchObject(refused)
      expect((await Sample.require(sample.id)).text).toBe("kept")
      expect(await Sample.get("a\0b")).toBe(undefined)
      expect(await Sample.count({ text: "\ud800" })).toBe(0)
    })
  })

  test("keeps bytes", async store => {
    await same(store, "bytes", [
      new Uint8Array(0),
      Uint8Array.of(0, 1, 127, 128, 255),
      Uint8Array.from({ length: 70_000 }, (_, index) => index % 256),
    ])
  })

  test("keeps JSON: objects, lists, text, numbers, booleans", async store => {
    await same(store, "data", [
      {},
      [],
      { a: [1, { b: null }], "'": '"' },
      "text",
      "",
      0,
      1.5,
      true,
      false,
      naughtyTexts,
      { constructor: 2, toString: null },
    ])
  })

  test("gives a clean entity back: reading changes nothing, saving again writes nothing", async store => {
    const read = await roundTrip(store, {
      text: "a",
      count: 1,
      ratio: 0.1,
      flag: true,
      at: new Date(5),
      big: 5n,
      bytes: Uint8Array.of(1),
      data: { a: 1 },
    })
    // `roundTrip` gives an entity.
    expect((read as { changes?: unknown })["changes"]).toEqual({})
  })
}
