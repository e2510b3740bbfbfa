// The kitchen sink's forms as an app of their own, under a policy that allows no inline script and no inline style.
import { randomBytes } from "node:crypto"
import { Hono } from "hono"
import { call, expose, live, Page, respond, serve } from "nitro-ts"
import {
  Checkbox,
  Combobox,
  DateField,
  Dialog,
  Dropzone,
  Input,
  RadioGroup,
  Select,
  Slider,
} from "nitro-ts/components"
import { get, patchElements, sseResponse } from "nitro-ts/datastar"
import { nitro } from "nitro-ts/hono"
import type { Child } from "nitro-ts/html"
import { Charts } from "../../../examples/kitchen-sink/charts.tsx"
import { Data } from "../../../examples/kitchen-sink/data.tsx"
import { Booking, Forms, Upload, Uploads } from "../../../examples/kitchen-sink/forms.tsx"

const page = (...children: Child[]) => {
  const nonce = randomBytes(16).toString("base64")
  const policy = `default-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src 'self' data:; base-uri 'none'`
  return respond(
    <Page title="Forms" nonce={nonce} highlight>
      <main>
        <h1>Forms</h1>
        {children}
      </main>
    </Page>,
    { headers: { "content-security-policy": policy } },
  )
}

const Edit = (booking: Booking) => {
  const edit = call(booking, "update")
  return (
    <form {...edit.form} id={booking.domId}>
      <Input label="Title" name="title" call={edit} />
      <Combobox label="City" name="city" call={edit} options={["Berlin", "Lisbon"]} />
      <Select label="Country" name="country" call={edit} options={["DE", "PT"]} />
      <DateField label="Starts" type="datetime-local" name="starts" call={edit} />
      <RadioGroup label="Size" name="size" call={edit} options={["small", "medium"]} />
      <Checkbox name="isPublic" call={edit}>
        Public
      </Checkbox>
      <button type="submit">Save</button>
    </form>
  )
}

const cities = ["Berlin", "Köln", "New York City", "San Francisco"]
const Pick = ({ options = cities }) => (
  <div id="pick">
    <form action="/got">
      <Combobox label="City" name="city" options={options} />
      <Combobox
        label="Fixed"
        name="fixed"
        options={[{ value: "DE", hint: "Germany" }, "PT"]}
        strict
      />
      <Checkbox name="agree" value="yes">
        Agree
      </Checkbox>
      <button type="submit">Go</button>
      <Dropzone label="Files" name="files" />
      <Slider label="Size" name="size" />
    </form>
  </div>
)

const app = new Hono()
app.use(nitro({ entities: [expose(Booking), Upload] }))
app.get("/", () => page(<Forms />, <Uploads />))
app.get("/charts", () => page(<Charts />, <Data />))
app.get("/edit", () => page(live(Booking.where(), Edit)))
app.get("/pick", () =>
  page(
    <Pick />,
    <Dialog id="dialog" title="Where?">
      <Combobox label="In a dialog" name="where" options={cities} />
    </Dialog>,
    <button type="button" id="same" data-on:click={get("/again")}>
      Same
    </button>,
    <button type="button" id="more" data-on:click={get("/again?more=Berkeley")}>
      More
    </button>,
  ),
)
app.get("/got", () => page(<p>Thank you</p>))
// A patch of all of it, with more to choose from when asked.
app.get("/again", c =>
  sseResponse(
    patchElements(<Pick options={[...(c.req.query("more")?.split(",") ?? []), ...cities]} />),
  ),
)
await serve(app)
