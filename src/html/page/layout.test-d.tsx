// Types of layouts: inference and errors.
import express from "express"
import { type Context, Hono } from "hono"
import { type Child, layout, Page } from "nitro-ts/html"

const Shop = layout<{ title: string }>(({ title, children }) => (
  <Page title={title}>{children}</Page>
))
const Annotated = layout(({ title, children }: { title: string; children?: Child }) => (
  <Page title={title}>{children}</Page>
))
const Plain = layout(({ children }) => <main>{children}</main>)

Shop({ title: "x" }, "a", <b />)
Annotated({ title: "x" }, "a")
Plain({}, "a")
export const shown = [
  <Shop key="1" title="x">
    a
  </Shop>,
  <Annotated key="2" title="x">
    a
  </Annotated>,
  <Plain key="3">a</Plain>,
]

// A handler says what it gets, and the functions that get the same agree with it.
new Hono().get(
  "/:id",
  Shop.wrap(
    (c: Context) => ({ title: c.req.path }),
    c => <p>{c.req.path}</p>,
  ),
)
new Hono().get(
  "/",
  Plain.wrap((c: Context) => <p>{c.req.path}</p>),
)
express().get(
  "/",
  Shop.wrap({ title: "x" }, (request: express.Request, response: express.Response) => (
    <p>{request.path + response.statusCode}</p>
  )),
)
const handler: (request: Request) => Promise<Response> = Shop.wrap(
  { title: "x" },
  request => request.url,
)

export { handler }

// @ts-expect-error the title is missing
Shop({}, "a")
// @ts-expect-error the title is missing
export const refused = <Shop>a</Shop>
// @ts-expect-error a layout with props cannot be wrapped without them
Shop.wrap(() => "x")
// @ts-expect-error there is no such prop
Shop({ title: "x", colour: "red" }, "a")
// @ts-expect-error a plain object is no content
Shop.wrap({ title: "x" }, () => ({ a: 1 }))
