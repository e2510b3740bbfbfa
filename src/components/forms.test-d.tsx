// Props that form controls and charts take and refuse.
import { call, Entity } from "nitro-ts"
import {
  BarChart,
  Checkbox,
  DateField,
  Field,
  Input,
  LineChart,
  RadioGroup,
  Select,
  Sparkline,
} from "nitro-ts/components"
import type { Markup } from "nitro-ts/html"
import { z } from "zod"

class Todo extends Entity("Todo", { title: z.string(), done: z.boolean() }) {}
const create = call(Todo, "create")

declare const use: (markup: Markup) => void

use(<Input label="Title" name="title" call={create} required />)
use(<Input aria-label="Title" name="title" />)
use(<Input aria-labelledby="heading" id="title" />)
use(<Input label={false} id="title" />)
use(<Input {...create.field("title")} error={create.error("title")} label="Title" />)
use(Input({ label: "Title", name: "title" }))
use(Checkbox({ name: "done", call: create }, "Done"))
use(Checkbox("Done", { id: "done" }))
use(Field({ label: "Own", name: "own" }, control => <input {...control} />))
use(<LineChart label="Line" x={[new Date()]} values={[null]} />)

// @ts-expect-error: a control needs an accessible name
use(<Input name="title" />)
// @ts-expect-error: nothing is no label
use(<Input label={undefined} name="title" />)
// @ts-expect-error: it has no id and no name
use(<Input label="Title" />)
// @ts-expect-error: a checkbox has a separate component
use(<Input label="Title" name="title" type="checkbox" />)
// @ts-expect-error: there is no such orientation
use(<Input label="Title" name="title" orientation="diagonal" />)
// @ts-expect-error: the browser evaluates it, so it is no text
use(<Input label="Title" name="title" data-on:input="alert(1)" />)
// @ts-expect-error: it has no options
use(<Select label="Size" name="size" />)
// @ts-expect-error: its buttons need a name
use(<RadioGroup label="Size" id="size" options={["S"]} />)
// @ts-expect-error: it has no label
use(<RadioGroup name="size" options={["S"]} />)
// @ts-expect-error: a date field is of a type for dates
use(<DateField label="Due" name="due" type="text" />)
// @ts-expect-error: a class is no call
use(<Input label="Title" name="title" call={Todo} />)
// @ts-expect-error: a chart needs a name
use(<BarChart x={["a"]} values={[1]} />)
// @ts-expect-error: values or series, not both
use(<BarChart label="Bars" x={["a"]} values={[1]} series={[]} />)
// @ts-expect-error: values are numbers
use(<LineChart label="Line" x={["a"]} values={["1"]} />)
// @ts-expect-error: a picture without words
use(<Sparkline values={[1]} />)
