// The kit's script where the end-to-end tests do not reach: what younger browsers do themselves, right to left, odd pages.
import { afterEach, describe, expect, it, vi } from "vitest"
import { element, settled } from "../support/page.ts"

// Before the script looks: this browser shall know neither of them.
Reflect.deleteProperty(HTMLButtonElement.prototype, "commandForElement")
Reflect.deleteProperty(HTMLDialogElement.prototype, "closedBy")
const supports = vi.spyOn(CSS, "supports").mockReturnValue(false)
await import("./main.ts")
supports.mockRestore()

afterEach(() => {
  document.body.innerHTML = ""
  document.documentElement.removeAttribute("class")
  localStorage.clear()
})

const show = (html: string): void => {
  document.body.innerHTML = html
}
const key = (name: string, options: KeyboardEventInit = {}): boolean =>
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...options }),
  )

/** A click on which the browser itself does nothing, as an older one. */
function clickAsBefore(target: Element): void {
  const click = new MouseEvent("click", { bubbles: true, cancelable: true })
  click.preventDefault()
  const stop = (event: Event): void => {
    event.preventDefault()
    Object.defineProperty(event, "defaultPrevented", { value: false })
  }
  addEventListener("click", stop, { capture: true, once: true })
  target.dispatchEvent(click)
}

describe("in a browser that knows no commands", () => {
  const page = `<button id="open" command="show-modal" commandfor="d"><b>Open</b></button>
    <dialog id="d" closedby="any"><div><button id="close" command="close" commandfor="d">Close</button></div></dialog>`

  it("opens and closes dialogs by their buttons", () => {
    show(page)
    clickAsBefore(element("#open b"))
    expect(element("#d").matches(":modal")).toBe(true)
    clickAsBefore(element("#close"))
    expect(element<HTMLDialogElement>("#d").open).toBe(false)
  })
  it("closes them by a click beside, and not by one inside", () => {
    show(page)
    element<HTMLDialogElement>("#d").showModal()
    clickAsBefore(element("#d div"))
    expect(element<HTMLDialogElement>("#d").open).toBe(true)
    clickAsBefore(element("#d"))
    expect(element<HTMLDialogElement>("#d").open).toBe(false)
  })
  it("bears a button of nothing", () => {
    show(`<button id="open" command="show-modal" commandfor="nothing">Open</button>`)
    expect(() => clickAsBefore(element("#open"))).not.toThrow()
  })
})

describe("in a browser that knows no anchors", () => {
  it("places a popover at its button and inside of the window", async () => {
    const style = "position:fixed;margin:0;inset:auto;width:200px;height:50px"
    show(`<button popovertarget="p" style="position:fixed;left:40px;top:30px;height:20px">A</button><div id="p" popover data-popover style="${style}">x</div>
      <button popovertarget="q" style="position:fixed;right:0;bottom:0">B</button><div id="q" popover data-popover style="${style}">x</div>`)
    element<HTMLButtonElement>("[popovertarget=p]").click()
    await settled()
    expect(element("#p").getBoundingClientRect()).toMatchObject({ left: 40, top: 50 })
    element<HTMLButtonElement>("[popovertarget=q]").click()
    await settled()
    const { right, bottom } = element("#q").getBoundingClientRect()
    expect(right).toBeLessThanOrEqual(innerWidth)
    expect(bottom).toBeLessThanOrEqual(element("[popovertarget=q]").getBoundingClientRect().top)
  })
})

describe("tabs", () => {
  const tabs = (attributes = ""): string =>
    `<div class="tabs" ${attributes}><div role="tablist">${["a", "b", "c"]
      .map(
        name =>
          `<button role="tab" id="${name}" aria-controls="${name}-panel" aria-selected="${name === "a"}">${name}</button>`,
      )
      .join(
        "",
      )}</div>${["a", "b"].map(name => `<div role="tabpanel" id="${name}-panel">${name}</div>`).join("")}</div>`

  it("go the other way from right to left", () => {
    show(tabs('dir="rtl"'))
    element("#a").focus()
    key("ArrowLeft")
    expect(document.activeElement?.id).toBe("b")
    key("ArrowRight")
    expect(document.activeElement?.id).toBe("a")
  })
  it("leave keys alone that belong to the browser, and bear a tab without a panel", () => {
    show(tabs())
    element("#a").focus()
    expect(key("ArrowRight", { altKey: true })).toBe(true)
    expect(document.activeElement?.id).toBe("a")
    key("End")
    expect(element("#c").getAttribute("aria-selected")).toBe("true")
    expect(element("#a-panel").hidden).toBe(true)
  })
  it("leave a tab that is a link to Enter", () => {
    show(
      `<div class="tabs"><div role="tablist"><a role="tab" id="a" href="#x" aria-selected="true">a</a><a role="tab" id="b" href="#y">b</a></div></div>`,
    )
    element("#a").focus()
    key("ArrowRight")
    expect(document.activeElement?.id).toBe("b")
    expect(location.hash).not.toBe("#y")
  })
})

describe("the list of a search field", () => {
  const palette = `<div class="command"><input role="combobox" aria-controls="list" data-filter><div role="listbox" id="list">
    <button role="option" aria-selected="false">Größe ändern</button><button role="option" aria-selected="false" data-keywords="euro">Currency</button>
    <button role="option" aria-selected="false" disabled>Sealed</button></div></div>`
  const search = (text: string): string[] => {
    const field = element<HTMLInputElement>("input")
    field.focus()
    field.value = text
    field.dispatchEvent(new InputEvent("input", { bubbles: true }))
    return [...document.querySelectorAll<HTMLElement>("[role=option]:not([hidden])")].map(
      option => option.textContent!,
    )
  }
  it("finds words in any order, without case and accents, and keywords", () => {
    show(palette)
    expect(search("ANDERN groß")).toEqual(["Größe ändern"])
    expect(search("euro")).toEqual(["Currency"])
    expect(search("  ")).toHaveLength(3)
    expect(search("zzz")).toEqual([])
    expect(key("ArrowDown")).toBe(true)
  })
  it("goes round past what is switched off, and leaves Home, End and composed text to the field", () => {
    show(palette)
    search("")
    key("ArrowUp")
    expect(element("[aria-selected=true]").textContent).toBe("Currency")
    key("ArrowDown")
    expect(element("[aria-selected=true]").textContent).toBe("Größe ändern")
    expect(key("End")).toBe(true)
    expect(key("Enter", { isComposing: true })).toBe(true)
  })
})

it("switches the theme also where the browser keeps nothing", () => {
  show(`<button data-theme-switch><svg><path d=""/></svg></button>`)
  const denied = vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError")
  })
  element("path").dispatchEvent(new MouseEvent("click", { bubbles: true }))
  expect(document.documentElement.classList.contains("dark")).toBe(true)
  expect(denied).toHaveBeenCalled()
  denied.mockRestore()
})

it("does nothing twice when it is loaded twice", async () => {
  await import(/* @vite-ignore */ `${new URL("./main.ts", import.meta.url).href}?again`)
  show("<button data-theme-switch></button>")
  element<HTMLButtonElement>("button").click()
  expect(document.documentElement.classList.contains("dark")).toBe(true)
})

describe("keys", () => {
  let clicks: string[] = []
  const log = (): void => {
    clicks = []
    for (const el of document.querySelectorAll<HTMLElement>("button, a"))
      el.addEventListener("click", event => {
        event.preventDefault()
        clicks.push(el.id)
      })
  }

  it("click what names them, with exactly their modifiers", () => {
    show(`<button id="a" aria-keyshortcuts="Control+S F2">a</button>
      <button id="b" aria-keyshortcuts="Shift+S">b</button><a id="c" href="#" aria-keyshortcuts="?">c</a>`)
    log()
    key("s")
    key("s", { ctrlKey: true, altKey: true })
    expect(clicks).toEqual([])
    expect(key("s", { ctrlKey: true })).toBe(false)
    key("F2")
    key("S", { shiftKey: true })
    key("?")
    expect(clicks).toEqual(["a", "a", "b", "c"])
    key("F2", { repeat: true })
    key("F2", { isComposing: true })
    expect(clicks).toHaveLength(4)
  })

  it.each([
    "<input id=f>",
    "<input id=f type=search>",
    "<textarea id=f></textarea>",
    "<select id=f><option>n</select>",
    "<div id=f contenteditable=true>x</div>",
  ])("are letters in %s", field => {
    show(`${field}<button id="a" aria-keyshortcuts="N Delete">a</button>`)
    log()
    element("#f").focus()
    expect(key("n")).toBe(true)
    key("Delete")
    expect(clicks).toEqual([])
    element("#a").focus()
    key("N")
    key("Delete")
    expect(clicks).toEqual(["a", "a"])
  })

  it("pass by what is hidden, disabled, in another row or behind a dialog", () => {
    show(`<button id="h" hidden aria-keyshortcuts="n">h</button><button id="d" disabled aria-keyshortcuts="n">d</button>
      <ul><li id="one"><button id="a" aria-keyshortcuts="n">a</button></li><li id="two"><i id="in" tabindex="0">x</i><button id="b" aria-keyshortcuts="n">b</button></li></ul>
      <input id="f" value="text" aria-keyshortcuts="m"><dialog><button id="c" aria-keyshortcuts="n">c</button></dialog>`)
    log()
    key("n")
    expect(clicks).toEqual([])
    element("#in").focus()
    key("n")
    expect(clicks).toEqual(["b"])
    key("m")
    expect(document.activeElement?.id).toBe("f")
    element<HTMLDialogElement>("dialog").showModal()
    key("m")
    expect(document.activeElement?.id).not.toBe("f")
    key("n")
    expect(clicks).toEqual(["b", "c"])
  })

  it("of one letter can be switched off", () => {
    show(`<button id="a" aria-keyshortcuts="n F2 Control+n">a</button>`)
    log()
    localStorage["singleKeys"] = "off"
    key("n")
    expect(clicks).toEqual([])
    key("F2")
    key("n", { ctrlKey: true })
    expect(clicks).toHaveLength(2)
    const denied = vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
      throw new Error("denied")
    })
    key("n")
    denied.mockRestore()
    expect(clicks).toHaveLength(3)
  })
})
