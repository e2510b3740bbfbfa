// The door of the app module.
export { App, type AppOptions, type NitroApp, withApp } from "./app.ts"
export { appsReady, ready } from "./start.ts"
export { warnAtStart } from "./start-warnings.ts"
