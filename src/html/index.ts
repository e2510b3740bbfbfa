// The door of the html module: html``, a function for every element, JSX (`jsxImportSource: "nitro-ts/html"`), pages.

export type {
  AnyAttributes,
  ElementAttributes,
  GlobalAttributes,
  TagAttributes,
} from "./attributes/attribute-types.ts"
export type { AttributeValue } from "./attributes/attribute-values.ts"
export type { ClassValue } from "./attributes/class-list.ts"
export type { StyleValue } from "./attributes/style.ts"
export type { Callable, FormField } from "./elements/callable.ts"
export * from "./elements/html-tags.ts"
export * from "./elements/svg-tags.ts"
export { type CapitalTag, CustomTag, Fragment, type OpenElement, type Tag } from "./elements/tag.ts"
// Compilers import `createElement` from the import source itself, for a `key` after a spread.
export { type Component, createElement } from "./jsx-runtime.ts"
export type { Child, SettledChild } from "./markup/child.ts"
export { comment, doctype } from "./markup/comment.ts"
export { Markup, raw } from "./markup/markup.ts"
export { chunks, type RenderOptions, render } from "./markup/render.ts"
export { type Layout, layout, type PageContent } from "./page/layout.ts"
export { Page } from "./page/page.ts"
export type { BasecoatStyle } from "./page/page-assets.ts"
export { type ImportMap, type PageProps, themeScriptHash } from "./page/page-head.ts"
export { Boundary, type BoundaryProps } from "./stream/boundary.ts"
export { type StreamOptions, stream } from "./stream/stream.ts"
export { Suspense, type SuspenseProps } from "./stream/suspense.ts"
export { suspenseScriptHash } from "./stream/suspense-markup.ts"
export { html } from "./template/template.ts"
