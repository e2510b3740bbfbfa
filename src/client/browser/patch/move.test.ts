import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  element,
  isOfficial,
  loadClient,
  render,
  serveHere,
  settled,
  stream,
  type,
  waitForRequests,
} from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

async function patch(elements: string, options: Readonly<Record<string, string>>): Promise<void> {
  document.dispatchEvent(
    new CustomEvent("datastar-fetch", {
      detail: {
        type: "datastar-patch-elements",
        el: document.body,
        argsRaw: { elements, ...options },
      },
    }),
  )
  await settled()
}

const row = (id: string, more = ""): string =>
  `<li id="${id}" ${more}><input aria-label="Title" value="${id}"><details><summary>s</summary>x</details><p contenteditable>text</p><pre tabindex="0">a\nb\nc\nd\ne\nf</pre><input type="checkbox"></li>`
const list = `<style>pre { height: 2em; overflow: auto }</style><ul id="list">${["a", "b", "c"].map(id => row(id)).join("")}</ul><ul id="other">${row("z")}</ul>`
const order = (selector = "#list"): string =>
  [...element(selector).children].map(({ id }) => id).join("")

/** Without it a move is a removal and an insertion, as in browsers that do not know it. */
const prototypes = [Element.prototype, Document.prototype, DocumentFragment.prototype] as {
  moveBefore?: unknown
}[]
function withoutMoveBefore(): () => void {
  const kept = prototypes.map(
    prototype => Object.getOwnPropertyDescriptor(prototype, "moveBefore")!,
  )
  for (const prototype of prototypes) delete prototype.moveBefore
  return () =>
    prototypes.forEach(
      (prototype, index) => void Object.defineProperty(prototype, "moveBefore", kept[index]!),
    )
}

const places: [mode: string, selector: string, expected: string][] = [
  ["append", "#list", "bca"],
  ["prepend", "#list", "abc"],
  ["before", "#list > #c", "bac"],
  ["after", "#list > #b", "bac"],
  ["before", "#list > #a", "abc"],
  ["after", "#list > #a", "abc"],
]

describe.skipIf(isOfficial).each([
  ["moveBefore", () => () => {}],
  ["an insertion", withoutMoveBefore],
])("a row that the page has already, by %s", (_, prepare) => {
  let restore = (): void => {}
  const moved = async (id: string, mode: string, selector: string): Promise<void> => {
    restore = prepare()
    await patch(row(id, 'class="new"'), { mode, selector })
  }
  afterEach(() => restore())

  it.each(places)(
    "moves in mode %s of %s and takes what was sent",
    async (mode, selector, expected) => {
      await render(list)
      const before = element("#a")
      const input = before.querySelector("input")!
      type(input, "typed and not sent")
      input.setSelectionRange(2, 5, "forward")
      before.querySelector("details")!.open = true
      before.querySelector("pre")!.scrollTop = 20
      before.querySelector<HTMLInputElement>("[type=checkbox]")!.checked = true
      const left = vi.fn()
      for (const name of ["blur", "focusout", "change"]) before.addEventListener(name, left, true)
      await moved("a", mode, selector)
      expect(order()).toBe(expected)
      expect(element("#a")).toBe(before)
      expect(before.className).toBe("new")
      expect([input.value, input.selectionStart, input.selectionEnd]).toEqual([
        "typed and not sent",
        2,
        5,
      ])
      expect(document.activeElement).toBe(input)
      expect(left).not.toHaveBeenCalled()
      expect(before.querySelector("details")!.open).toBe(true)
      expect(before.querySelector("pre")!.scrollTop).toBe(20)
      expect(before.querySelector<HTMLInputElement>("[type=checkbox]")!.checked).toBe(true)
    },
  )

  it("keeps the caret in text that is being written", async () => {
    await render(list)
    const text = element("#a p")
    text.focus()
    getSelection()!.setPosition(text.firstChild, 4)
    document.execCommand("insertText", false, "ing")
    await moved("a", "append", "#list")
    expect(order("#list")).toBe("bca")
    document.execCommand("insertText", false, " goes on")
    expect(element("#a p").textContent).toBe("texting goes on")
  })

  it.each([
    "<button>x</button>",
    '<input type="email">',
    '<input type="number">',
    '<a href="#">x</a>',
  ])("keeps the focus on %s", async control => {
    await render(`<ul id="list"><li id="a">${control}</li><li id="b"></li></ul>`)
    const focused = element("#a").firstElementChild as HTMLElement
    focused.focus()
    getSelection()!.removeAllRanges()
    restore = prepare()
    await patch(`<li id="a">${control}</li>`, { mode: "append", selector: "#list" })
    expect(order()).toBe("ba")
    expect(document.activeElement).toBe(focused)
  })

  it("leaves the focus of others alone", async () => {
    await render(list)
    const input = element<HTMLInputElement>("#b input")
    type(input, "elsewhere")
    await moved("a", "append", "#list")
    expect(document.activeElement).toBe(input)
  })

  it("keeps what is applied to it: data-init does not run again", async () => {
    const init = `data-init="$inits++"`
    await render(
      `<p id="out" data-signals:inits="0" data-text="$inits"></p><ul id="list"><li id="a" ${init}></li><li id="b"></li></ul>`,
    )
    restore = prepare()
    await patch(`<li id="a" ${init}>1</li>`, { mode: "append", selector: "#list" })
    expect([order(), element("#out").textContent]).toEqual(["ba", "1"])
  })
})

describe.skipIf(isOfficial)("a row that leaves one list and comes into another", () => {
  const leave = (): Promise<void> => patch("", { mode: "remove", selector: "#list > #a" })
  const arrive = (): Promise<void> => patch(row("a"), { mode: "append", selector: "#other" })

  it("is the same row, with the text and the focus, while the user types in it", async () => {
    await render(list)
    const before = element("#a")
    const input = before.querySelector("input")!
    type(input, "typed and not sent")
    await leave()
    expect(document.activeElement).not.toBe(input)
    await arrive()
    expect([order("#list"), order("#other")]).toEqual(["bc", "za"])
    expect(element("#a")).toBe(before)
    expect(input.value).toBe("typed and not sent")
    expect(document.activeElement).toBe(input)
  })

  it("leaves the focus where the user has put it meanwhile", async () => {
    await render(list)
    type(element("#a input"), "typed and not sent")
    await leave()
    element("#c input").focus()
    await arrive()
    expect(element<HTMLInputElement>("#a input").value).toBe("typed and not sent")
    expect(document.activeElement).toBe(element("#c input"))
  })

  it("is a new one where the user has begun nothing", async () => {
    await render(list)
    const before = element("#a")
    await leave()
    await arrive()
    expect(element("#a")).not.toBe(before)
  })
})

describe.skipIf(isOfficial)("what is sent with a place", () => {
  it("may be known and new together, with text between", async () => {
    await render(list)
    const known = element("#c")
    await patch(`<li id="n">n</li>, ${row("c")}<li>no id</li>`, {
      mode: "prepend",
      selector: "#list",
    })
    expect(order()).toBe("ncab")
    expect(element("#c")).toBe(known)
    expect(element("#list").textContent).toContain("n, ")
    expect(element("#list").outerHTML).not.toContain("<!--")
  })

  it("is inserted when it would have to move into itself", async () => {
    await render(`<div id="outer"><p id="inner"></p></div>`)
    await patch(`<div id="outer">new</div>`, { mode: "append", selector: "#inner" })
    expect(element("#inner").innerHTML).toBe(`<div id="outer">new</div>`)
    await patch(`<p id="inner">x</p>`, { mode: "before", selector: "#inner" })
    expect(document.querySelectorAll("#inner")).toHaveLength(1)
  })

  it("is inserted where another list shows the same row, which stays", async () => {
    await render(list)
    const before = element("#list > #a")
    await patch(row("a"), { mode: "append", selector: "#other" })
    await patch(row("a"), { mode: "before", selector: "#other > #z" })
    expect([order("#list"), order("#other")]).toEqual(["abc", "az"])
    expect(element("#list > #a")).toBe(before)
  })

  it("is inserted in each of several places", async () => {
    await render(`<p id="x">old</p><div class="to"></div><div class="to"></div>`)
    await patch(`<p id="x">new</p>`, { mode: "append", selector: ".to" })
    expect([...document.querySelectorAll(".to")].map(({ innerHTML }) => innerHTML)).toEqual(
      Array(2).fill(`<p id="x">new</p>`),
    )
  })

  it("keeps an <iframe> from loading again", async () => {
    await render(
      `<div id="list"><section id="s"><iframe srcdoc="<p>page</p>"></iframe></section><hr></div>`,
    )
    const frame = element<HTMLIFrameElement>("iframe")
    await vi.waitFor(() => expect(frame.contentDocument!.body.textContent).toBe("page"))
    const inside = frame.contentWindow!
    ;(inside as { mark?: number }).mark = 1
    await patch(`<section id="s"><iframe srcdoc="<p>page</p>"></iframe></section>`, {
      mode: "append",
      selector: "#list",
    })
    expect(element("#list").lastElementChild!.id).toBe("s")
    expect((frame.contentWindow as { mark?: number }).mark).toBe(1)
  })
})

describe.skipIf(isOfficial)("text that is typed into an element with contenteditable", () => {
  const page = (text: string, more = ""): string =>
    `<div id="f"><p id="t" contenteditable ${more}>${text}</p></div>`
  const write = (text: string): void => {
    element("#t").focus()
    getSelection()!.selectAllChildren(element("#t"))
    getSelection()!.collapseToEnd()
    document.execCommand("insertText", false, text)
  }

  it("survives a morph, with its caret, while its attributes follow the server", async () => {
    await render(page("Dear"))
    write(" Ann")
    await patch(page("<b>Hello</b>", 'class="new"'), {})
    document.execCommand("insertText", false, "!")
    expect([element("#t").textContent, element("#t").className]).toEqual(["Dear Ann!", "new"])
    element("#t").blur()
    await patch(page("Hello"), {})
    expect(element("#t").textContent).toBe("Dear Ann!")
  })

  it("gives way where the server ends the editing, and where nothing was typed", async () => {
    await render(page("Dear"))
    await patch(page("Hello"), {})
    expect(element("#t").textContent).toBe("Hello")
    write(" Ann")
    await patch(`<div id="f"><p id="t">Saved</p></div>`, {})
    expect(element("#t").textContent).toBe("Saved")
  })

  it("gives way once it was sent, or once the server says the same", async () => {
    const url = await serveHere(stream(""))
    await render(page("Dear", `data-on:blur="@post('${url}', {payload: {text: el.innerText}})"`))
    write(" Ann")
    element("#t").blur()
    expect((await waitForRequests(url, 1))[0]!.body).toBe('{"text":"Dear Ann"}')
    await patch(page("Dear Ann."), {})
    expect(element("#t").textContent).toBe("Dear Ann.")
    write(" Hi")
    await patch(page("Dear Ann. Hi"), {})
    await patch(page("Dear Bob"), {})
    expect(element("#t").textContent).toBe("Dear Bob")
  })
})
