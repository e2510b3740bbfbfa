// The tests of entities that hold on every store, to be run again in another mode.

/** Declares them in the `describe` around the call. */
export async function declareEntityTests(): Promise<void> {
  await import("../entity.test.ts")
  await import("../queries/queries.test.ts")
  await import("../queries/query.test.ts")
  await import("../contract/key.test.ts")
  await import("../binding/unit-of-work.test.ts")
  await import("../definition/value-object.test.ts")
  await import("../binding/soft-delete.test.ts")
  await import("../binding/retry.test.ts")
}
