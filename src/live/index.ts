// The door of the live module.
export { type EntityEvents, entityEvents, eventsOf } from "./change-events.ts"
export { type LiveItem, type LiveListOptions, type LiveRegionOptions, live, liveStream, prepareLive, startLive } from "./live.ts"
export { closeSessions, LiveSession, openSessions } from "./session.ts"
