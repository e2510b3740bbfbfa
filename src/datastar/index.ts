// nitro-ts/datastar: signals, typed expressions, data-* attributes, SSE events, and reading requests.
export type { Attributes, AttributeValues, EventModifiers, TimingModifier } from "./attributes.ts"
export { attributes, bind, dataSignals, on, onIntersect, onInterval, show } from "./attributes.ts"
export type { BackendOptions, SignalFilter, Url } from "./backend.ts"
export { del, get, patch, peek, post, put, setAll, toggleAll } from "./backend.ts"
export { all, any, choose, classes, collect, match, when } from "./conditions.ts"
export { sequence, value } from "./expression.ts"
export type {
  Assignable,
  Choice,
  Effect,
  Expression,
  InPage,
  Operand,
  Signal,
} from "./expression-types.ts"
export type { ReadSignalsOptions } from "./request.ts"
export { isDatastarRequest, readSignals } from "./request.ts"
export type { SignalOptions, Signals, SignalsByName, SignalsOptions } from "./signal.ts"
export { signal, signalOf, signalPath, signals, signalsOf, signalValues } from "./signal.ts"
export type {
  EventOptions,
  ExecuteScriptOptions,
  PatchElementsOptions,
  PatchMode,
  PatchNamespace,
  PatchSignalsOptions,
} from "./sse.ts"
export {
  comment,
  consoleLog,
  executeScript,
  patchElements,
  patchSignals,
  redirectPatch,
  removeElements,
  removeSignals,
} from "./sse.ts"
export type { EventSource } from "./sse-response.ts"
export { eventStream, sseHeaders, sseResponse } from "./sse-response.ts"
export { SseText } from "./sse-text.ts"
export { ds, f } from "./template.ts"
export { resetTimeout, stopTimeout } from "./timers.ts"
export { js } from "./trusted.ts"
