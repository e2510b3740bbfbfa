// The metadata of classes, fields and actions, as components print it.
import { action, call } from "nitro-ts/actions"
import {
  ActionButton,
  ActionForm,
  Empty,
  Input,
  RadioGroup,
  Select,
  Table,
  Textarea,
} from "nitro-ts/components"
import { Command, send } from "nitro-ts/cqrs"
import { Entity, field, memory } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"

class Product extends Entity(
  "Product",
  {
    name: field(z.string(), { help: "As in the shop.", placeholder: "Desk", order: 2 }),
    price: field(z.number(), {
      label: "Net price",
      format: { type: "currency", currency: "EUR" },
      group: "Sale",
      order: 1,
    }),
    size: field(z.enum(["S", "M"]).default("S"), { widget: "radio", group: "Sale" }),
    colour: z.enum(["red", "blue"]).default("red"),
    onSale: field(z.boolean().default(false), { widget: "switch" }),
    mail: z.email().nullable().default(null),
    text: field(z.string().max(5000).default(""), { hiddenIn: ["table"] }),
    cost: field(z.number().default(0), { hiddenIn: ["form"] }),
    secret: field(z.string().default(""), { hidden: true }),
    counted: field(z.int().default(0), { readonly: true }),
  },
  { timestamps: true, icon: "package", description: "What the shop sells." },
) {
  static store = memory()
  @action({ label: "Put on sale", icon: "tag", description: "Shows it in the shop." }) sell() {}
  @action() putAway() {}
}
const desk = new Product({ name: "Desk <1>", price: 5 })
const create = call(Product, "create")

describe("a control of a call", () => {
  it("has the label, help, example and type of its field", () => {
    const input = String(<Input name="price" call={create} />)
    expect(input).toContain('<label for="product_create_price">Net price</label>')
    expect(input).toContain('type="number"')
    const name = String(<Input name="name" call={create} />)
    expect(name).toContain(">Name</label>")
    expect(name).toContain('placeholder="Desk"')
    expect(name).toContain('<p id="product_create_name_help">As in the shop.</p>')
    expect(name).toContain('aria-describedby="product_create_name_help product_create_name_error"')
    expect(String(<Input name="mail" call={create} />)).toContain('type="email"')
    expect(String(<Textarea name="text" call={create} />)).toContain(">Text</label>")
    expect(String(<Select name="colour" call={create} />)).toMatch(
      /<option value="red"[^>]*>red<\/option><option value="blue"/,
    )
    expect(String(<RadioGroup name="size" call={create} />)).toContain('value="M"')
  })

  it("says what the page says, where the page says something", () => {
    const name = String(
      <Input
        name="name"
        call={create}
        label="Title"
        help="Short."
        placeholder="Chair"
        type="search"
      />,
    )
    expect(name).toContain(">Title</label>")
    expect(name).toContain("Short.")
    expect(name).toContain('placeholder="Chair"')
    expect(name).toContain('type="search"')
    expect(name).not.toContain("As in the shop.")
    const alone = String(<Input name="name" call={create} aria-label="Name" />)
    expect(alone).not.toContain("<label")
    expect(alone).not.toContain("As in the shop.")
  })
})

describe("an ActionForm without children", () => {
  const form = String(<ActionForm call={create} />)

  it("shows the fields that may be set, by order and group, and a button", () => {
    const order = [...form.matchAll(/ name="(\w+)"/g)].map(([, name]) => name)
    expect([...new Set(order)]).toEqual([
      "price",
      "size",
      "name",
      "colour",
      "onSale",
      "mail",
      "text",
    ])
    expect(form).toMatch(/<fieldset[^>]*><legend>Sale<\/legend>/)
    expect(form).toContain("<textarea")
    expect(form).toContain('role="switch"')
    expect(form).toContain('<button class="btn" type="submit">Add product</button></form>')
  })

  it("does so for the inputs of a command", () => {
    class PlaceOrder extends Command("PlaceOrder", {
      quantity: field(z.int(), { label: "How many" }),
    }) {}
    const place = String(<ActionForm call={send(PlaceOrder)} />)
    expect(place).toContain(">How many</label>")
    expect(place).toContain(">Place order</button>")
  })
})

describe("an ActionButton without children", () => {
  it("says what its action says, and whom it is about", () => {
    expect(String(<ActionButton call={call(desk, "sell")} />)).toMatch(
      /<button class="btn" aria-label="Put on sale Desk &lt;1&gt;" title="Shows it in the shop\."><svg class="lucide lucide-tag".*<\/svg>Put on sale<\/button>/,
    )
    expect(String(<ActionButton call={call(desk, "putAway")} />)).toContain(">Put away</button>")
    expect(String(<ActionButton call={call(desk, "sell")}>Sell</ActionButton>)).toContain(
      "</svg>Sell</button>",
    )
  })

  it("that is square shows its icon alone, with its name to read out and to point at", () => {
    const square = String(<ActionButton call={call(desk, "delete")} size="icon" icon="trash" />)
    expect(square).toContain('aria-label="Delete Desk &lt;1&gt;" title="Delete"')
    expect(square).toMatch(/lucide-trash.*<\/svg><\/button>/)
  })

  it("refuses an icon that is none", () => {
    expect(() => String(<ActionButton call={call(desk, "sell")} icon={"trsh" as never} />)).toThrow(
      expect.objectContaining({ code: "NITRO_HTML_ICON" }),
    )
  })
})

describe("a table of a class", () => {
  it("has its fields as columns, in their order and formats, and its plural as caption", () => {
    const table = String(<Table of={Product} rows={[desk]} />)
    const heads = [...table.matchAll(/<th[^>]*>([^<]*)<\/th>/g)].map(([, head]) => head)
    expect(heads).toEqual([
      "Net price",
      "Name",
      "Size",
      "Colour",
      "On sale",
      "Mail",
      "Cost",
      "Counted",
    ])
    expect(table).toContain("<caption>Products</caption>")
    expect(table).toContain('<td data-align="end">€5.00</td>')
    expect(table).not.toContain("secret")
  })

  it("takes what a column says itself", () => {
    const columns = ["name", { key: "price", label: "Price", type: "number" }] as const
    const table = String(<Table of={Product} rows={[desk]} columns={columns} caption="All" />)
    expect(table).toContain(">Price</th>")
    expect(table).toContain('<td data-align="end">5</td>')
    expect(table).toContain("<caption>All</caption>")
  })

  it("says what is missing while there are no rows", () => {
    const table = String(<Table of={Product} rows={[]} />)
    expect(table).toContain("<h2>No products yet</h2><p>What the shop sells.</p>")
    expect(table).toContain("lucide-package")
  })
})

it("Empty says what the page says, else what the class says", () => {
  expect(String(<Empty of={Product}>Add one above.</Empty>)).toMatch(
    /^<div class="empty-state"><svg class="lucide lucide-package".*<h2>No products yet<\/h2><p>Add one above\.<\/p><\/div>$/,
  )
  expect(String(<Empty title="Done" icon="check" />)).toMatch(/lucide-check.*<h2>Done<\/h2>/)
})
