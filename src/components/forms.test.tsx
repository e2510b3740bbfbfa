import {
  Checkbox,
  Combobox,
  DateField,
  Dropzone,
  Field,
  Input,
  RadioGroup,
  Select,
  Slider,
  Switch,
  Textarea,
} from "nitro-ts/components"
import { html } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { bytesText } from "./dropzone.ts"

/** A call as `call(...)` makes it, with what was typed before a refusal. */
const callWith = (typed: unknown, message?: string) => {
  const tied = (name: string) => ({
    id: `form_${name}`,
    name,
    "aria-describedby": `form_${name}_error`,
  })
  return {
    field: (name: string) => ({
      ...tied(name),
      ...(typeof typed === "string" && { value: typed }),
    }),
    choice: tied,
    error: (name: string) => html`<p id="form_${name}_error" role="alert">${message}</p>`,
    value: () => typed,
  }
}

describe("a field", () => {
  it("ties label, help and message to its control", () => {
    expect(
      String(<Input label="Title" name="title" help="Short." error="Too long." required />),
    ).toBe(
      '<div class="field"><label for="title">Title<span class="field-required" aria-hidden="true">*</span></label>' +
        '<input class="input" required name="title" id="title" aria-describedby="title_help title_error" aria-invalid="true">' +
        '<p id="title_help">Short.</p><p id="title_error" role="alert">Too long.</p></div>',
    )
  })

  it("takes id, value and the place of the message from its call", () => {
    const field = String(
      <Input
        label="Title"
        name="title"
        call={callWith("typed", "Too long.")}
        value="default"
        help="Short."
      />,
    )
    expect(field).toContain('<label for="form_title">Title</label>')
    expect(field).toContain('value="typed"')
    expect(field).toContain('aria-describedby="form_title_help form_title_error"')
    expect(field.match(/role="alert"/g)).toHaveLength(1)
    expect(
      String(<Input label="Title" name="title" call={callWith(undefined)} value="default" />),
    ).toContain('value="default"')
  })

  it("takes the attributes of a call that are spread over it as well", () => {
    const create = callWith("typed")
    const field = String(
      <Input
        {...create.field("title")}
        error={create.error("title")}
        label="Title"
        help="Short."
      />,
    )
    expect(field).toContain('aria-describedby="form_title_error form_title_help"')
    expect(field).toContain('<p id="form_title_error" role="alert"></p>')
  })

  it("is the control alone without label, help and message", () => {
    expect(String(<Input name="q" type="search" aria-label="Search" class="wide" />)).toBe(
      '<input class="input wide" type="search" aria-label="Search" name="q" id="q">',
    )
    expect(String(<Select name="s" aria-label="Sort" options={["a"]} />)).toMatch(/^<select/)
    expect(String(<Checkbox name="c" aria-label="All" />)).toMatch(/^<input type="checkbox"/)
  })

  it("prints the address of a URL as its value, and leaves out no value without saying so", () => {
    const value = new URL("https://shop.test/a?b&c")
    for (const control of [
      <Input aria-label="Link" name="link" value={value as never} />,
      <Combobox aria-label="Link" name="link" options={[]} value={value as never} />,
    ])
      expect(String(control)).toContain('value="https://shop.test/a?b&amp;c"')
    expect(() => String(<Input aria-label="At" name="at" value={new Date(0) as never} />)).toThrow(
      expect.objectContaining({ code: "NITRO_HTML_ATTRIBUTE" }),
    )
    expect(String(<Input aria-label="At" name="at" value={null as never} />)).not.toContain("value")
  })

  it("never gives a password back", () => {
    expect(
      String(
        <Input
          label="Password"
          type="password"
          name="p"
          call={callWith("secret")}
          value="secret"
        />,
      ),
    ).not.toContain("secret")
  })

  it("holds a control of your own", () => {
    const own = Field({ label: "Colour", name: "colour", help: "Any." }, control => (
      <my-picker {...control} />
    ))
    expect(String(own)).toBe(
      '<div class="field"><label for="colour">Colour</label><my-picker name="colour" id="colour" aria-describedby="colour_help"></my-picker><p id="colour_help">Any.</p></div>',
    )
  })

  it("makes an id of any name", () => {
    expect(String(<Input label="City" name="address[city].0" />)).toContain(
      'name="address[city].0" id="address_city__0"',
    )
  })

  it("escapes whatever is text", () => {
    const attack = '"><script>alert(1)</script>'
    const all = [
      Input({
        label: attack,
        name: attack,
        help: attack,
        error: attack,
        value: attack,
        before: attack,
        after: attack,
      }),
      Textarea({ label: attack, name: attack, value: attack }),
      Select({
        label: attack,
        name: attack,
        placeholder: attack,
        options: [attack, { label: attack, options: [{ value: attack, label: attack }] }],
      }),
      Checkbox(attack, { name: attack, help: attack, error: attack }),
      RadioGroup({
        label: attack,
        name: attack,
        options: [{ value: attack, label: attack, help: attack }],
        value: attack,
      }),
      Combobox({
        label: attack,
        name: attack,
        options: [{ value: attack, hint: attack }],
        strict: true,
        strictMessage: attack,
        empty: attack,
      }),
      Dropzone({
        label: attack,
        name: attack,
        accept: attack,
        prompt: attack,
        messages: { size: attack, type: attack, count: attack, remove: attack },
      }),
      DateField({ label: attack, name: attack, value: attack, min: attack }),
      Slider({ label: attack, name: attack, unit: attack }),
    ]
    for (const control of all) expect(String(control)).not.toContain("<script")
  })
})

describe("a checkbox", () => {
  it("has its children as its label", () => {
    for (const Box of [Checkbox, Switch]) {
      const expected = String(Box("<b>", { id: "a" }))
      expect(expected).toContain('<label for="a">&lt;b&gt;</label>')
      for (const box of [
        <Box id="a" label="<b>" />,
        Box({ id: "a", label: "<b>" }),
        Box({ id: "a", label: "no" }, "<b>"),
      ])
        expect(String(box)).toBe(expected)
    }
    expect(String(Checkbox("Agree", { id: "agree" }))).toBe(
      '<div class="field" data-orientation="horizontal"><input type="checkbox" class="input" id="agree"><label for="agree">Agree</label></div>',
    )
  })

  it("says no to its action when it is not checked, and nothing to a form of another kind", () => {
    const box = String(<Checkbox name="done" call={callWith(undefined)} checked />)
    expect(box).toContain('<input type="hidden" name="done" value="false"><input type="checkbox"')
    expect(box).toMatch(/ value="true" checked>/)
    expect(String(<Checkbox name="done">Done</Checkbox>)).not.toContain("hidden")
    expect(String(<Checkbox name="days" value="mon" call={callWith(undefined)} />)).not.toContain(
      "hidden",
    )
    expect(String(<Checkbox name="done" call={callWith(undefined)} disabled />)).toContain(
      'type="hidden" name="done" value="false" disabled>',
    )
  })

  it.each([
    [true, true],
    [false, false],
    [["false", "true"], true],
    ["false", false],
    ["on", true],
    ["1", true],
    ["yes", true],
    ["no", false],
    ["", false],
    [undefined, true],
  ])("that holds %j is checked: %s", (value, isChecked) => {
    expect(
      / checked>/.test(String(Switch({ name: "on", call: callWith(value), checked: true }))),
    ).toBe(isChecked)
  })

  it("shows what is required, its help and its message beside it, and a label only where there is one", () => {
    expect(String(<Checkbox id="a" label="A" required />)).toContain(
      '<label for="a">A<span class="field-required" aria-hidden="true">*</span></label>',
    )
    expect(String(<Checkbox id="a" label="A" />)).toContain('<label for="a">A</label></div>')
    const full = String(<Checkbox id="a" label="A" help="Short." error="Wrong." />)
    expect(full).toContain(
      '<section><label for="a">A</label><p id="a_help">Short.</p><p id="a_error" role="alert">Wrong.</p></section>',
    )
    expect(String(<Checkbox id="a" aria-label="A" help="Short." />)).toMatch(
      /^<div class="field"[^>]*><input[^>]*><section><p id="a_help">Short.<\/p><\/section><\/div>$/,
    )
    const bare = String(<Checkbox id="a" label={false as never} aria-label="A" />)
    expect(bare).toMatch(/^<input[^>]*>$/)
  })

  it("is a switch when it looks like one", () => {
    expect(String(<Switch name="s" size="md" aria-label="On" />)).not.toContain("data-size")
    expect(String(<Switch name="s" aria-label="On" />)).not.toContain("data-size")
    expect(String(<Switch name="s" size="sm" aria-label="On" />)).toContain(
      'role="switch" data-size="sm"',
    )
  })
})

describe("a choice", () => {
  it("of a select is what was typed, else what was given", () => {
    const options = [
      "a",
      { value: 2, label: "two" },
      { label: "More", options: [{ value: "c", disabled: true }] },
    ]
    expect(String(<Select label="L" name="n" options={options} value={2} />)).toContain(
      '<option value="a">a</option><option value="2" selected>two</option><optgroup label="More"><option value="c" disabled>c</option></optgroup>',
    )
    expect(
      String(<Select label="L" name="n" options={options} value="a" call={callWith("c")} />),
    ).toContain('value="c" selected disabled')
    expect(String(<Select label="L" name="n" options={["a"]} placeholder="Choose" />)).toContain(
      '<option value="" selected>Choose</option>',
    )
    expect(
      String(<Select label="L" name="n" options={["a", "b"]} multiple value={["a", "b"]} />).match(
        /selected/g,
      ),
    ).toHaveLength(2)
  })

  it("of several can be none, for an action", () => {
    const several = (call?: ReturnType<typeof callWith>) =>
      String(Select({ label: "L", name: "n", options: ["a", "b"], multiple: true, call }))
    expect(several(callWith(["", "b"]))).toContain(
      '<input type="hidden" name="n" value=""><select class="select"',
    )
    expect(several(callWith(["", "b"]))).toContain('<option value="b" selected>')
    expect(several()).not.toContain("hidden")
  })

  it("of a radio group has ids by value, so that options may move", () => {
    const idOf = (options: string[]) =>
      /id="([^"]+)"[^>]*value="b c"/.exec(
        String(<RadioGroup label="L" name="n" options={options} />),
      )?.[1]
    expect(idOf(["a", "b c"])).toBeDefined()
    expect(idOf(["a", "b c"])).toBe(idOf(["b c", "x", "a"]))
    expect(
      String(<RadioGroup label="L" name="n" options={["a", "b"]} value="b" required />),
    ).toMatch(
      /^<fieldset class="fieldset" role="radiogroup" aria-required="true" id="n"><legend data-variant="label">L<span.*id="n_b" name="n" value="b" checked required/,
    )
  })
})

describe("a date field", () => {
  const moment = new Date("2026-01-02T03:04:05Z")
  it.each([
    ["date", "2026-01-02"],
    ["datetime-local", "2026-01-02T03:04"],
    ["time", "03:04"],
    ["month", "2026-01"],
    ["week", "2026-W01"],
  ] as const)("of type %s shows a Date as %s", (type, text) => {
    expect(
      String(<DateField label="D" name="d" type={type} value={moment} min={moment} />),
    ).toContain(`value="${text}" min="${text}"`)
    expect(String(<DateField label="D" name="d" type={type} call={callWith(moment)} />)).toContain(
      `value="${text}"`,
    )
  })

  it.each([
    ["2021-01-03", "2020-W53"],
    ["2021-01-04", "2021-W01"],
    ["2024-12-30", "2025-W01"],
    ["1969-12-29", "1970-W01"],
  ])("knows that %s is in the week %s", (date, week) => {
    expect(String(<DateField label="D" name="d" type="week" value={new Date(date)} />)).toContain(
      `value="${week}"`,
    )
  })

  it("shows what was typed as it was typed", () => {
    expect(
      String(<DateField label="D" name="d" call={callWith("2026-1")} value={moment} />),
    ).toContain('value="2026-1"')
    expect(String(<DateField label="D" name="d" value={new Date("?")} />)).not.toContain("value=")
  })
})

it("says what a dropzone takes", () => {
  const zone = String(
    <Dropzone
      label="F"
      name="f"
      multiple
      accept=".jpg, image/svg+xml, video/*"
      maxBytes={1536}
      maxFiles={2}
    />,
  )
  expect(zone).toContain(
    '<p class="dropzone-limits" id="f_limits">JPG, SVG, video, up to 1.5 KB each, at most 2 files.</p>',
  )
  expect(zone).toContain('aria-describedby="f_limits" type="file"')
  expect([0, 1023, 1024, 5 * 1024 ** 3].map(bytesText)).toEqual([
    "0 bytes",
    "1023 bytes",
    "1 KB",
    "5 GB",
  ])
})

it("starts a slider in the middle, at a step", () => {
  expect(String(<Slider label="S" name="s" min={0} max={10} step={4} />)).toContain('value="4"')
  expect(String(<Slider label="S" name="s" value={0} unit="%" />)).toContain(
    "<span>0</span>%</output>",
  )
})
