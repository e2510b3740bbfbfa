// The door of the app module for users: what one `nitro({...})` is, and what joins it.

export type { AppOptions } from "./app.ts"
export type { NitroApp } from "./nitro-app.ts"
export { type Plugin, type PluginParts, plugin } from "./plugin.ts"
export { ready } from "./start.ts"
