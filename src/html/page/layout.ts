// `layout(template)`: one template for many pages, as a call, as a component, and around the handlers of routes.

import { reportError } from "../../shared/report.ts"
import { inResponse } from "../../shared/responding.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import type { Markup } from "../markup/markup.ts"
import {
  isNodeResponse,
  type NodeResponse,
  type ResponseOptions,
  toResponse,
  writeTo,
} from "../stream/response.ts"

/** The result of a wrapped handler: the content of the page, or a Response, which is passed on as it is. */
export type PageContent = Child | Response | PromiseLike<Child | Response>

type OwnProps<Props> = Omit<Props, "children">

/**
 * Makes a handler of a route: the result of `handler` becomes the content of the layout, and the page the response. `props`
 * are fixed, or a function of the handler's arguments. On hosts with a response object (node:http, Express) the page is
 * written to it, unless the handler has already written a response.
 */
type Wrap<Props> = <Args extends readonly unknown[]>(
  props: OwnProps<Props> | ((...args: Args) => OwnProps<Props> | PromiseLike<OwnProps<Props>>),
  handler: (...args: Args) => PageContent,
  options?: ResponseOptions,
) => (...args: Args) => Promise<Response>

/** The same where all props may be left out. */
type WrapWithoutProps = <Args extends readonly unknown[]>(
  handler: (...args: Args) => PageContent,
) => (...args: Args) => Promise<Response>

export interface Layout<Props> {
  /** `Shop({ title }, ...children)`, or `<Shop title={title}>...</Shop>`. */
  (props: OwnProps<Props> & { readonly children?: Child }, ...children: Child[]): Markup
  readonly wrap: Record<never, never> extends OwnProps<Props>
    ? WrapWithoutProps & Wrap<Props>
    : Wrap<Props>
}

function fail(response: NodeResponse, error: unknown): undefined {
  reportError(error, "a handler in a layout", "html")
  if (response.headersSent) response.destroy()
  else {
    response.statusCode = 500
    response.end("Internal Server Error", "utf8")
  }
  return undefined
}

/**
 * A template with a place for content, `children`. Layouts nest: a template may use another layout.
 *
 * ```tsx
 * const Shop = layout<{ title: string }>(({ title, children }) => <Page title={`${title} · Shop`}><main>{children}</main></Page>)
 *
 * Shop({ title: "Home" }, html`<p>Welcome</p>`)
 * const page = <Shop title="Home"><p>Welcome</p></Shop>
 * app.get("/", Shop.wrap({ title: "Home" }, () => <p>Welcome</p>))
 * ```
 */
export function layout<Props extends object = Record<never, never>>(
  template: (props: Props & { readonly children?: Child }) => Child,
): Layout<Props> {
  const page = (props: object, ...children: Child[]): Markup =>
    toMarkup(
      template(
        // The type of the layout has checked the props where it is called.
        (children.length > 0 ? { ...props, children } : props) as Props & {
          readonly children?: Child
        },
      ),
    )
  type AnyHandler = (...args: readonly unknown[]) => PageContent
  const wrap = (first: unknown, handler?: AnyHandler, options: ResponseOptions = {}) => {
    const propsOf = handler === undefined ? {} : first
    // With one argument, it is the handler.
    const contentOf = handler ?? (first as AnyHandler)
    const respondTo = async (args: readonly unknown[]): Promise<Response | undefined> => {
      const [content, props] = await Promise.all([
        inResponse(() => contentOf(...args)),
        typeof propsOf === "function" ? propsOf(...args) : propsOf,
      ])
      if (content instanceof Response) return content
      const response = args[1]
      if (!isNodeResponse(response))
        // The options of a response are a part of `ResponseInit`.
        return toResponse(page(props, content), options as ResponseOptions & ResponseInit)
      if (!response.headersSent && !response.writableEnded)
        await writeTo(response, page(props, content), options)
      return undefined
    }
    return async (...args: unknown[]): Promise<Response | undefined> => {
      const [, response, next] = args
      // Hosts with a `next` look at what a handler rejects with. node:http does not: the process would end.
      if (!isNodeResponse(response) || typeof next === "function") return respondTo(args)
      return respondTo(args).catch(error => fail(response, error))
    }
  }
  // The overloads of `wrap` are in its type.
  return Object.assign(page, { wrap }) as unknown as Layout<Props>
}
