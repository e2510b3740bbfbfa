// The contract of stores as a suite: a third party runs it against its own store and knows that entities work on it.
import type { Store } from "../entity/index.ts"
import type { TestRunner } from "./runner.ts"
import { alikeTests } from "./store-alike.ts"
import { conditionTests } from "./store-conditions.ts"
import { holdTests } from "./store-holds.ts"
import { keyTests } from "./store-keys.ts"
import { nameTests, retryTests } from "./store-names.ts"
import { objectTests } from "./store-objects.ts"
import { ownUnitTests } from "./store-own-unit.ts"
import { orderTests, predicateTests } from "./store-queries.ts"
import { bulkTests, readTests } from "./store-reads.ts"
import { recorderTests } from "./store-recorders.ts"
import { referenceTests } from "./store-references.ts"
import { jsonPathTests, relationTests } from "./store-relations.ts"
import { rollbackTests } from "./store-rollback.ts"
import { expiryTests, rowTests, uniqueTests } from "./store-rows.ts"
import { scopeTests } from "./store-scopes.ts"
import { serialTests } from "./store-serial.ts"
import type { StoreOptions, Tools } from "./store-tools.ts"
import { entityTests, lockTests, transactionTests } from "./store-transactions.ts"
import { unitTests } from "./store-units.ts"
import { valueTests } from "./store-values.ts"

export interface StoreSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string
  /**
   * A new, empty store. Called once more than there are tests, to read `capabilities`; the suite closes what it opens. Tests of
   * waiting set a short `waitTimeoutMs`: a store with transactions passes it on to its own options. Tests of the option `unit` are run
   * where the store that is opened with it has it.
   */
  readonly open: (options: StoreOptions) => Store
}

/**
 * Declares the tests that every store must pass, those of a capability only where the store declares it.
 *
 * ```ts
 * import { describe, expect, it } from "vitest"
 * storeSuite({ describe, it, expect }, { name: "toy", open: () => new ToyStore() })
 * ```
 */
export function storeSuite(runner: TestRunner, { name, open }: StoreSuiteOptions): void {
  const probe = open({ unit: "always" })
  const { capabilities, unit } = probe
  void probe.close()
  const tools: Tools = {
    expect: value => runner.expect(value),
    test(title, run, options = {}) {
      runner.it(title, async () => {
        const store = open(options)
        try {
          await run(store)
        } finally {
          await store.close()
        }
      })
    },
  }
  const lacking = (what: string): Tools => ({
    ...tools,
    test: title => {
      runner.it.skip(`${title} (not for a store without ${what})`, async () => {})
    },
  })
  const without = (capability: string): Tools => lacking(`the capability "${capability}"`)
  runner.describe(`the store contract on ${name}`, () => {
    rowTests(tools)
    valueTests(tools)
    objectTests(tools)
    alikeTests(tools, capabilities.transactions ? tools : without("transactions"))
    orderTests(tools)
    predicateTests(tools)
    conditionTests(tools)
    readTests(tools)
    bulkTests(tools)
    relationTests(tools)
    scopeTests(tools)
    referenceTests(tools)
    jsonPathTests(capabilities.jsonPaths ? tools : without("jsonPaths"))
    keyTests(capabilities.unique ? tools : without("unique"))
    uniqueTests(capabilities.unique ? tools : without("unique"))
    serialTests(
      capabilities.generatedIds ? tools : without("generatedIds"),
      capabilities.generatedIds && capabilities.transactions ? tools : without("generatedIds"),
    )
    entityTests(tools)
    nameTests(tools)
    transactionTests(
      capabilities.transactions ? tools : without("transactions"),
      capabilities.serialTransactions ? tools : without("serialTransactions"),
    )
    retryTests(capabilities.transactions ? tools : without("transactions"))
    holdTests(
      capabilities.transactions ? tools : without("transactions"),
      capabilities.serialTransactions ? tools : without("serialTransactions"),
    )
    rollbackTests(capabilities.transactions ? tools : without("transactions"))
    recorderTests(capabilities.transactions ? tools : without("transactions"))
    ownUnitTests(
      capabilities.transactions && unit === "always" ? tools : lacking("the option `unit`"),
    )
    unitTests(capabilities.transactions ? tools : without("transactions"))
    lockTests(
      capabilities.serialTransactions || capabilities.forUpdate ? tools : without("forUpdate"),
    )
    expiryTests(capabilities.ttl ? tools : without("ttl"))
  })
}
