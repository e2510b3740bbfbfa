// The test runner as a suite uses it: the vocabulary shared by vitest, jest and node:test.

export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it: ((name: string, test: () => Promise<void>, timeoutMs?: number) => unknown) & {
    readonly skip: (name: string, test: () => Promise<void>) => unknown
  }
  /** As in vitest, jest and chai-like libraries. */
  expect(value: unknown): Expectation
}

export interface Expectation {
  toBe(value: unknown): void
  toEqual(value: unknown): void
  readonly rejects: { toMatchObject(value: object): Promise<unknown> }
}
