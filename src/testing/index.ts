// Contracts as test suites that third parties can run against their own stores and buses.
export { type BusUnderTest, busSuite, type SuiteRunner } from "../events/bus/bus-suite.ts"
export type { Expectation, TestRunner } from "./runner.ts"
export { type StoreSuiteOptions, storeSuite } from "./store-suite.ts"
