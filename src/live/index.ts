// The door of the live module for users: views that stay true, and changes as events.
export { type ChangeFrom, changeFrom } from "./change-codec.ts"
export { type EntityEvents, entityEvents, eventsOf } from "./change-events.ts"
export type { Frame } from "./frame.ts"
export {
  type LiveCountOptions,
  type LiveItem,
  type LiveListOptions,
  type LiveRegionOptions,
  live,
} from "./live.ts"
export type { Sink } from "./sink.ts"
export { attachStream } from "./stream-response.ts"
