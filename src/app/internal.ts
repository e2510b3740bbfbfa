// The door of the app module for the other folders of src, which `exports` does not list: it changes without notice.

export { App, withApp } from "./app.ts"
export { appsReady } from "./start.ts"
export { warnAtStart } from "./start-warnings.ts"
