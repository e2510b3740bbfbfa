// The door of the html module for the other folders of src, which `exports` does not list: it changes without notice.

export { judgeTarget } from "./attributes/attribute-name.ts"
export { isPassword, type OnPassword, onPassword, typeOf } from "./attributes/secret-input.ts"
export type { IconName } from "./elements/icon-data.gen.ts"
export { refuseData, toMarkup } from "./markup/child.ts"
export { escapeHtml } from "./markup/escape.ts"
export { settle } from "./markup/render.ts"
export { type PageApp, type PageEndHook, pageApp } from "./page/page-app.ts"
export { themeScript } from "./page/page-head.ts"
export { type ResponseOptions, toResponse } from "./stream/response.ts"
export { patchesOf } from "./stream/suspense.ts"
