// The door of cqrs: commands and queries with exactly one handler each, and routes to them.
export {
  type Ask,
  ask,
  createHandlers,
  currentHandlers,
  type Execute,
  execute,
  type Handle,
  type HandleOptions,
  type HandlerContext,
  type Handlers,
  type HandlersOptions,
  type Handling,
  handle,
  type Middleware,
  type SendOptions,
  type UseOptions,
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
export type { RetryOptions } from "./retry.ts"
export { type CommandRules, commands, type EventTarget, queries, type RouteRules } from "./routes.ts"
export { type SendFromPageOptions, send } from "./send.ts"
