// Contracts as test suites that third parties can run against their own stores.
export type { Expectation, TestRunner } from "./runner.ts"
export { type StoreSuiteOptions, storeSuite } from "./store-suite.ts"
