// Day 1: what a first application imports. Loads no host and no driver.
export { action, call, expose, Refusal, redirect, respond } from "./actions/index.ts"
export { serve } from "./adapters/serve.ts"
export { ready } from "./app/index.ts"
export { configure, Entity, memory, ref, unitOfWork, withStores } from "./entity/index.ts"
export { emit, event, on } from "./events/index.ts"
export { html, layout, Page, raw, Suspense } from "./html/index.ts"
export { live } from "./live/index.ts"
export { isNitroError, NitroError } from "./shared/errors.ts"
