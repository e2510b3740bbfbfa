// Contracts as test suites that third parties can run against their own stores, buses and host adapters.
export { type BusUnderTest, busSuite, type SuiteRunner } from "../events/bus/bus-suite.ts"
export type { HostFeature, HostSetup, HostSuiteOptions, RunningHost } from "./host-setup.ts"
export { hostSuite } from "./host-suite.ts"
export type { Expectation, TestRunner } from "./runner.ts"
export { type StoreSuiteOptions, storeSuite } from "./store-suite.ts"
