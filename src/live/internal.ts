// The door of the live module for the other folders of src, which `exports` does not list: it changes without notice.

export { openChanges } from "./change-feed.ts"
export { Frame } from "./frame.ts"
export { liveApp } from "./live-app.ts"
export {
  LiveRequest,
  liveStream,
  mayRequestStream,
  prepareLive,
  requestsOnce,
} from "./live-request.ts"
export { isSameUser } from "./same-user.ts"
export { maxQueuedBytes } from "./sink.ts"
export type { Stream } from "./stream.ts"
export { type OpenedStream, type StreamHost, streamBy } from "./stream-host.ts"
export { StreamOwner } from "./stream-owner.ts"
export { busyResponse, renewal, respondWithStream } from "./stream-response.ts"
