// The door of the OpenAPI plugin: the document of an app's routes, and a page that shows it.
export { openapi } from "./openapi.ts"
export type { OpenApiDocs, OpenApiOptions, SecurityScheme } from "./options.ts"
