// The markup of the components: roles and names, ids that belong together, escaped text, attributes handed through.
import {
  Accordion,
  AccordionItem,
  Alert,
  Avatar,
  Breadcrumb,
  Card,
  CommandDialog,
  CommandItem,
  closes,
  Dialog,
  DropdownMenu,
  MenuGroup,
  MenuItem,
  opens,
  Pagination,
  Popover,
  Progress,
  Sheet,
  Sidebar,
  SidebarGroup,
  SidebarItem,
  Skeleton,
  Spinner,
  Table,
  Tabs,
  ThemeSwitch,
  Toast,
  Toaster,
  Tooltip,
  toast,
  toggles,
} from "nitro-ts/components"
import { js, signal, signals } from "nitro-ts/datastar"
import type { Child, Markup } from "nitro-ts/html"
import { describe, expect, it } from "vitest"

const hostile = `"><img src=x onerror="alert(1)">'&`
const escaped = "&quot;&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;"

const examples: Record<string, (text: string) => Markup> = {
  Accordion: text => (
    <Accordion title={text}>
      <AccordionItem title={text} name={text}>
        {text}
      </AccordionItem>
    </Accordion>
  ),
  Alert: text => (
    <Alert title={text} id={text}>
      {text}
    </Alert>
  ),
  Avatar: text => <Avatar name={text} title={text} initials={text} />,
  Breadcrumb: text => (
    <Breadcrumb label={text} items={[{ label: text, href: text }, { label: text }]} />
  ),
  Card: text => (
    <Card title={text} description={text} footer={text} action={text} id={text}>
      {text}
    </Card>
  ),
  CommandDialog: text => (
    <CommandDialog
      id={text}
      label={text}
      placeholder={text}
      empty={text}
      shortcut={text}
      closeLabel={text}
    >
      <CommandItem keywords={text} shortcut={text}>
        {text}
      </CommandItem>
    </CommandDialog>
  ),
  Dialog: text => (
    <Dialog id={text} title={text} description={text} footer={text} closeLabel={text}>
      {text}
    </Dialog>
  ),
  DropdownMenu: text => (
    <DropdownMenu id={text} trigger={text} triggerProps={{ title: text }}>
      <MenuGroup label={text}>
        <MenuItem href={text} shortcut={text}>
          {text}
        </MenuItem>
      </MenuGroup>
    </DropdownMenu>
  ),
  Pagination: text => (
    <Pagination page={1} pages={3} href={() => text} label={text} previousLabel={text} />
  ),
  Popover: text => (
    <Popover id={text} trigger={text} title={text}>
      {text}
    </Popover>
  ),
  Progress: text => <Progress label={text} />,
  Sheet: text => (
    <Sheet id={text} title={text}>
      {text}
    </Sheet>
  ),
  Sidebar: text => (
    <Sidebar id={text} label={text} header={text}>
      <SidebarGroup label={text}>
        <SidebarItem href={text}>{text}</SidebarItem>
      </SidebarGroup>
    </Sidebar>
  ),
  Spinner: text => <Spinner label={text} />,
  Table: text => (
    <Table
      caption={text}
      columns={["name"]}
      rows={[{ name: text }]}
      row={({ name }) => ({ id: name })}
    />
  ),
  Tabs: text => <Tabs id={text} label={text} tabs={[{ name: text, label: text, content: text }]} />,
  Toast: text => <Toast title={text} description={text} action={text} closeLabel={text} />,
  Toaster: text => <Toaster label={text} />,
  Tooltip: text => (
    <Tooltip id={text} text={text}>
      {text}
    </Tooltip>
  ),
}

describe.each(Object.entries(examples))("%s", (_, example) => {
  it("escapes every text that it is given", () => {
    const markup = String(example(hostile))
    expect(markup).toContain(escaped)
    expect(markup).not.toContain("<img src=x")
    // Undone, it is the same markup with another text: nothing was cut, doubled or left open.
    expect(markup.replaceAll(escaped, "plain")).toBe(String(example("plain")))
  })
})

describe("tables", () => {
  it("escape the values of rows (M10) and format them by their type", () => {
    const rows = [
      { name: "<b>", unitPrice: 3.5, isNew: true, at: new Date("2024-01-15T03:04:00Z") },
    ]
    const table = String(
      Table({
        columns: ["name", { key: "unitPrice", type: "currency", currency: "EUR" }, "isNew", "at"],
        rows,
      }),
    )
    expect(table).toContain(
      '<th scope="col">Name</th><th scope="col" data-align="end">Unit price</th><th scope="col">Is new</th>',
    )
    expect(table).toContain(
      '<tr><td>&lt;b&gt;</td><td data-align="end">€3.50</td><td><span class="badge',
    )
    expect(table).toContain("<td>2024-01-15 03:04</td></tr></tbody>")
  })
  it("say so when there are no rows, and take rows written by hand", () => {
    expect(
      String(Table({ columns: ["a", "b"], rows: [] as { a: 1; b: 2 }[], empty: "None" })),
    ).toContain('<tr><td colspan="2" data-align="center">None</td></tr>')
    expect(
      String(
        <Table class="wide" caption="By hand">
          <tbody />
        </Table>,
      ),
    ).toBe(
      '<div class="table-container" tabindex="0" role="group" aria-label="By hand"><table class="table wide"><caption>By hand</caption><tbody></tbody></table></div>',
    )
  })
})

describe("pagination", () => {
  const shown = (page: number, pages: number, siblings?: number): string => {
    const text = String(Pagination({ page, pages, siblings, href: number => `/${number}` }))
    return [...text.matchAll(/>(\d+)<|(More pages)/g)]
      .map(([, number]) => number ?? "...")
      .join(" ")
  }
  it("shows the first, the last and those around this one, with gaps only where several are left out", () => {
    expect(shown(1, 1)).toBe("1")
    expect(shown(4, 12)).toBe("1 2 3 4 5 ... 12")
    expect(shown(6, 12)).toBe("1 ... 5 6 7 ... 12")
    expect(shown(12, 12)).toBe("1 ... 11 12")
    expect(shown(6, 12, 2)).toBe("1 ... 4 5 6 7 8 ... 12")
    expect(shown(3, 5)).toBe("1 2 3 4 5")
    expect(shown(500_000, 1_000_000)).toBe("1 ... 499999 500000 500001 ... 1000000")
    expect(shown(1, 0)).toBe("")
  })
  it("marks this page, and switches off the way past the ends", () => {
    const first = String(Pagination({ page: 1, pages: 2, href: number => `/${number}` }))
    expect(first).toContain('aria-current="page"')
    expect(first).toMatch(/<a class="btn" role="link" aria-disabled="true"[^>]*>.*Previous<\/a>/)
    expect(first).toContain('href="/2" data-variant="ghost" rel="next"')
    const keyset = String(Pagination({ next: "?after=c" }))
    expect(keyset).toContain('href="?after=c" data-variant="ghost" rel="next"')
    expect(keyset).not.toContain('rel="prev"')
  })
})

describe("what opens", () => {
  it("ties dialogs to their titles and buttons to their dialogs", () => {
    const dialog = String(Dialog({ id: "d", title: "T", description: "D" }, "x"))
    expect(dialog).toContain(
      '<dialog class="dialog" id="d" aria-labelledby="d-title" aria-describedby="d-description" closedby="any">',
    )
    expect(dialog).toContain('<h2 id="d-title">T</h2><p id="d-description">D</p>')
    expect(String(Dialog({ id: "d", "aria-label": "L" }))).toBe(
      String(
        Dialog({
          id: "d",
          "aria-label": "L",
          title: undefined,
          description: undefined,
          footer: undefined,
        }),
      ),
    )
    // A dialog may stand in a form, and a form in a form would be torn apart by the parser.
    expect(dialog).toContain('<button type="button" command="close" commandfor="d" class="btn"')
    expect(dialog).not.toContain("<form")
    expect(opens("d")).toEqual({
      command: "show-modal",
      commandfor: "d",
      "aria-haspopup": "dialog",
    })
    expect(closes("d")).toEqual({ command: "close", commandfor: "d" })
    expect(toggles("p")).toEqual({ popovertarget: "p" })
  })
  it("leaves an alert without a close button, and without a click beside it that closes", () => {
    const alert = String(Dialog({ id: "d", alert: true, title: "Sure?" }))
    expect(alert).toContain('role="alertdialog" closedby="closerequest"')
    expect(alert).not.toContain("Close")
  })
  it("names popovers and menus by their button or by a label", () => {
    expect(String(Popover({ id: "p", trigger: "Size" }, "x"))).toContain(
      'role="dialog" aria-labelledby="p-trigger"',
    )
    const menu = String(DropdownMenu({ id: "m", "aria-label": "More" }))
    expect(menu).toContain('<div role="menu" id="m-menu" aria-label="More"></div>')
    expect(menu).not.toContain("<button")
  })
  it("gives menu items the role of what they are", () => {
    const on = signal("on", false)
    expect(String(MenuItem("A"))).toBe('<button type="button" role="menuitem">A</button>')
    expect(String(MenuItem({ checked: false }, "A"))).toContain(
      'role="menuitemcheckbox" aria-checked="false"',
    )
    expect(String(MenuItem({ checked: on, radio: true }, "A"))).toContain(
      `data-attr:aria-checked="($on ? &#39;true&#39; : &#39;false&#39;)"`,
    )
    expect(String(MenuItem({ href: "/x", disabled: true }, "A"))).toBe(
      '<a aria-disabled="true" role="menuitem">A</a>',
    )
    expect(String(MenuItem({ "data-on:click": js("go()") }, "A"))).toContain('data-on:click="go()"')
  })
})

describe("tabs", () => {
  const tabs = [
    { name: "a", label: "A", disabled: true, content: "1" },
    { name: "b", label: "B", content: "2" },
  ]
  it("choose the first that is not disabled, or the one that is named", () => {
    const markup = String(Tabs({ id: "t", label: "L", tabs }))
    expect(markup).toContain('id="t-b" aria-controls="t-b-panel" aria-selected="true" tabindex="0"')
    expect(markup).toContain(
      'id="t-a-panel" aria-labelledby="t-a" tabindex="0" hidden data-preserve-attr="hidden">1</div>',
    )
    expect(String(Tabs({ id: "t", label: "L", tabs, selected: "a" }))).toContain(
      'aria-controls="t-a-panel" aria-selected="true"',
    )
  })
  it("follow a signal, which they declare with its path", () => {
    const { app } = signals({ app: { tab: "" } })
    const markup = String(Tabs({ id: "t", label: "L", tabs, signal: app.tab }))
    expect(markup).toContain("data-signals__ifmissing=")
    expect(markup).toContain(`data-on:click="$app.tab = &#39;b&#39;"`)
    expect(markup).not.toContain("data-preserve-attr")
  })
  it("may be links, of which only the chosen one has a panel", () => {
    const links = tabs.map(tab => ({ ...tab, href: `?tab=${tab.name}` }))
    const markup = String(Tabs({ id: "t", label: "L", tabs: links }))
    expect(markup).toContain('aria-selected="true" tabindex="0" href="?tab=b">B</a>')
    expect(markup.match(/role="tabpanel"/g)).toHaveLength(1)
  })
})

describe("a toast", () => {
  it("is sent as an event that adds it to the toaster", () => {
    const event = String(toast({ title: "Saved", variant: "success" }))
    expect(event).toMatch(
      /^event: datastar-patch-elements\ndata: selector #toaster\ndata: mode append\ndata: elements <div class="toast"/,
    )
    expect(event.endsWith("\n\n")).toBe(true)
    expect(String(toast("Saved"))).toContain("<h2>Saved</h2>")
    expect(String(toast("a\rb\nc: d"))).not.toContain("\r")
  })
  it("has the role alert only for an error", () => {
    expect(String(Toast({ title: "x", variant: "error" }))).toContain('role="alert"')
    expect(String(Toast({ title: "x" }))).not.toContain("role=")
  })
})

describe("small things", () => {
  const text = (child: Child): string => String(child)
  it("avatars show initials, also of one word and of none", () => {
    const initials = (name: string): string | undefined =>
      /<span aria-hidden="true">([^<]*)</.exec(text(Avatar({ name })))?.[1]
    expect(["Ada Lovelace", "linus", "Å. B. Ç", " ", "👩‍🚀 x"].map(initials)).toEqual([
      "AL",
      "L",
      "ÅÇ",
      "?",
      "👩X",
    ])
  })
  it("progress without a value is of unknown length", () => {
    expect(text(Progress())).toBe(
      '<progress class="progress-bar" max="100" aria-label="Progress"></progress>',
    )
    expect(text(Progress({ value: 0, max: 5 }))).toContain('value="0" max="5"')
  })
  it("skeletons are hidden from screen readers", () => {
    expect(text(Skeleton({ lines: 2 })).match(/aria-hidden="true"/g)).toHaveLength(2)
  })
  it("the theme switch is a button with a name", () => {
    expect(text(ThemeSwitch())).toContain(
      '<button type="button" data-theme-switch="true" class="btn"',
    )
    expect(text(ThemeSwitch({ "aria-label": "Theme" }))).toContain('aria-label="Theme"')
  })
})
