// The door of the app module for users: what one `nitro({...})` is, what joins it, and what is published of it.
export type { ErrorMessage } from "../shared/report.ts"
export type {
  ActionMessage,
  BusMessage,
  QueryMessage,
  RenderMessage,
  RequestMessage,
  SaveMessage,
  TraceMessage,
  TransactionMessage,
} from "../shared/trace.ts"

export type { AppOptions } from "./app.ts"
export type { NitroApp } from "./nitro-app.ts"
export { type Plugin, type PluginParts, plugin } from "./plugin.ts"
export { ready } from "./start.ts"
