// Every component of the kit on one page, under a Content-Security-Policy that allows no inline script and no inline style.
import { randomBytes } from "node:crypto"
import { Hono } from "hono"
import { expose, html, Page, respond, serve } from "nitro-ts"
import { SidebarTrigger, ThemeSwitch, Toaster, toast } from "nitro-ts/components"
import { get, patchElements, sseResponse } from "nitro-ts/datastar"
import { nitro } from "nitro-ts/hono"
import type { Child } from "nitro-ts/html"
import { Charts } from "./charts.tsx"
import { Data } from "./data.tsx"
import { Display } from "./display.tsx"
import { Booking, Forms, Upload, Uploads } from "./forms.tsx"
import { Navigation, Side } from "./navigation.tsx"
import { Overlays } from "./overlays.tsx"

const style = (nonce: string) => html`<style nonce="${nonce}">
  .page { padding: 1rem clamp(1rem, 4vw, 2.5rem) 4rem; max-width: 64rem; }
  .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem; margin-block-end: 1rem; }
  .bar h1 { flex: 1; font-size: 1.125rem; font-weight: 600; }
  .brand { padding: .5rem; }
  .sample { display: grid; gap: 1rem; padding-block: 1.5rem; border-block-end: 1px solid var(--border); }
  .sample > * { min-width: 0; } .sample h2 { font-weight: 600; }
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; }
  .columns { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
  .figure { font-size: 2rem; font-weight: 600; }
  .loading { display: grid; grid-template-columns: auto 1fr; gap: 1rem; max-width: 24rem; }
</style>`

const Main = () => (
  <main id="page" class="page">
    <div class="bar">
      <SidebarTrigger />
      <h1>Components</h1>
      <button
        type="button"
        class="btn"
        data-variant="outline"
        data-size="sm"
        data-on:click={get("/again")}
      >
        Patch the page
      </button>
      <ThemeSwitch />
    </div>
    <Display />
    <Overlays />
    <Navigation />
  </main>
)

const messages = {
  success: toast({ title: "Saved", description: "The order is in the list.", variant: "success" }),
  error: toast({
    title: "Not saved",
    description: "<b>The server</b> did not respond.",
    variant: "error",
    duration: "long",
  }),
}

const app = new Hono()
app.use(nitro({ entities: [expose(Booking), Upload] }))
const pageAt = (path: string, content: Child) => {
  const nonce = randomBytes(16).toString("base64")
  const policy = `default-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src 'self' data:; base-uri 'none'`
  const page = (
    <Page title="Kitchen sink" head={style(nonce)} nonce={nonce} highlight>
      <Side path={path} />
      {content}
      <Toaster />
    </Page>
  )
  return respond(page, { headers: { "content-security-policy": policy } })
}
const more = (title: string, content: Child) => (
  <main class="page">
    <div class="bar">
      <SidebarTrigger />
      <h1>{title}</h1>
      <ThemeSwitch />
    </div>
    {content}
  </main>
)
app.get("/", () => pageAt("/", <Main />))
app.get("/forms", () => pageAt("/forms", more("Forms", [Forms(), Uploads()])))
app.get("/charts", () => pageAt("/charts", more("Charts and data", [Charts(), Data()])))
app.get("/again", () => sseResponse(patchElements(Main())))
app.post("/toast/:kind", c =>
  sseResponse(c.req.param("kind") === "error" ? messages.error : messages.success),
)
await serve(app)
