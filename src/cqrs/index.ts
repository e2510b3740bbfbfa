// The door of cqrs: commands and queries with exactly one handler each, and routes to them.
export {
  ask,
  createHandlers,
  currentHandlers,
  execute,
  handle,
  use,
  withHandlers,
} from "./handlers.ts"
export {
  Command,
  type Fields,
  type Message,
  type MessageClass,
  type MessageDefinition,
  type MessageKind,
  type MessageOptions,
  type MessageStatics,
  Query,
} from "./message.ts"
export type { MessageReport } from "./report.ts"
export {
  type CommandRules,
  commands,
  type EventTarget,
  queries,
  type RouteRules,
} from "./routes.ts"
export { type SendFromPageOptions, send } from "./send.ts"
export type {
  Ask,
  Execute,
  Handle,
  HandleOptions,
  HandlerContext,
  Handlers,
  HandlersOptions,
  Handling,
  Middleware,
  SendOptions,
  UseOptions,
} from "./types.ts"
