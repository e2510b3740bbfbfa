import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  element,
  elements,
  isOfficial,
  loadClient,
  render,
  serve,
  settled,
  stream,
  type,
} from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

const text = (selector: string): string => element(selector).textContent
const html = (selector: string): string => element(selector).outerHTML

/** Patches the page as the server would, and waits. */
async function patch(
  content: string,
  options: Readonly<Record<string, string>> = {},
): Promise<void> {
  document.dispatchEvent(
    new CustomEvent("datastar-fetch", {
      detail: {
        type: "datastar-patch-elements",
        el: document.body,
        argsRaw: { elements: content, ...options },
      },
    }),
  )
  await settled()
}

describe("a patch", () => {
  const LIST = `<ul id="list"><li id="i1">1</li><li id="i2">2</li></ul>`

  it.each([
    [
      "outer",
      `<ul id="list" class="new"><li>3</li></ul>`,
      "#list",
      `<ul id="list" class="new"><li>3</li></ul>`,
    ],
    ["inner", "<li>3</li>", "#list", `<ul id="list"><li>3</li></ul>`],
    ["replace", `<ol id="other"></ol>`, "#list", `<ol id="other"></ol>`],
    [
      "prepend",
      "<li>0</li><li>00</li>",
      "#list",
      `<ul id="list"><li>0</li><li>00</li><li id="i1">1</li><li id="i2">2</li></ul>`,
    ],
    [
      "append",
      "<li>3</li>",
      "#list",
      `<ul id="list"><li id="i1">1</li><li id="i2">2</li><li>3</li></ul>`,
    ],
    ["before", "<p>b</p>", "#list", `<p>b</p>${LIST}`],
    ["after", "<p>a</p>", "#list", `${LIST}<p>a</p>`],
    ["remove", "", "#i1", `<ul id="list"><li id="i2">2</li></ul>`],
    [
      "outer",
      `<li id="i2">two</li>`,
      "",
      `<ul id="list"><li id="i1">1</li><li id="i2">two</li></ul>`,
    ],
    [
      "replace",
      `<li id="i2">two</li>`,
      "",
      `<ul id="list"><li id="i1">1</li><li id="i2">two</li></ul>`,
    ],
  ])("in mode %s with %s", async (mode, content, selector, expected) => {
    await render(`<div id="host">${LIST}</div>`)
    await patch(content, { mode, ...(selector && { selector }) })
    expect(element("#host").innerHTML).toBe(expected)
  })

  it("reaches every element that matches", async () => {
    await render(`<p class="c">1</p><p class="c">2</p>`)
    await patch("<b>x</b>", { selector: ".c", mode: "inner" })
    expect(document.body.innerHTML).toBe(`<p class="c"><b>x</b></p><p class="c"><b>x</b></p>`)
  })

  it("has several top-level elements, each found by its id", async () => {
    await render(`<p id="a">1</p><i></i><p id="b">2</p>`)
    await patch(`<p id="a">A</p>\n<p id="b">B</p>`)
    expect(document.body.innerHTML).toBe(`<p id="a">A</p><i></i><p id="b">B</p>`)
  })

  it("takes table rows and cells, which only parse in their place", async () => {
    await render(`<table><tbody id="rows"><tr id="r1"><td>1</td></tr></tbody></table>`)
    await patch(`<tr id="r1"><td>one</td></tr>`)
    await patch(`<tr id="r2"><td>two</td></tr>`, { selector: "#rows", mode: "append" })
    expect(html("#rows")).toBe(
      `<tbody id="rows"><tr id="r1"><td>one</td></tr><tr id="r2"><td>two</td></tr></tbody>`,
    )
  })

  it("brings SVG and MathML in their namespaces", async () => {
    await render(`<svg id="s"><circle id="c" r="1"></circle></svg><math id="m"></math>`)
    await patch(`<circle id="c" r="2"></circle>`, { namespace: "svg" })
    await patch(`<rect id="r"></rect>`, { namespace: "svg", selector: "#s", mode: "append" })
    await patch(`<mi id="x">x</mi>`, { namespace: "mathml", selector: "#m", mode: "inner" })
    expect(element("#c").getAttribute("r")).toBe("2")
    expect(document.querySelector("#r")).toBeInstanceOf(SVGElement)
    expect(document.querySelector("#x")!.namespaceURI).toBe("http://www.w3.org/1998/Math/MathML")
  })

  it("may be the body, keeping what it can", async () => {
    await render(`<main id="keep"><p id="x">old</p></main>`)
    const main = element("#keep")
    await patch(
      `<body class="fresh"><main id="keep"><p id="x">new</p></main><footer id="foot"></footer></body>`,
    )
    expect(element("#keep")).toBe(main)
    expect([text("#x"), document.body.className]).toEqual(["new", "fresh"])
    document.body.className = ""
  })

  it("may be the head", async () => {
    const before = document.head.innerHTML
    document.title = "old"
    await patch(
      `<head>${before.replace(/<title>.*?<\/title>/, "")}<title>new</title><meta name="patched" content="1"></head>`,
    )
    expect(document.title).toBe("new")
    expect(document.head.querySelectorAll("meta[name=patched]")).toHaveLength(1)
  })

  // Datastar runs a morphed script twice, and again with each patch.
  it.skipIf(isOfficial)(
    "runs its scripts, once, in every mode; known ones do not run again",
    async () => {
      const page = window as { runs?: string[] }
      page.runs = []
      await render(`<div id="s"><p></p></div>`)
      await patch(`<div id="s"><p>x</p><script>runs.push("outer")</script></div>`)
      await patch(`<div id="s"><p>y</p><script>runs.push("outer")</script></div>`)
      await patch(`<script>runs.push("append")</script>`, { selector: "#s", mode: "append" })
      await patch(`<div id="s"><script>runs.push("replace")</script></div>`, { mode: "replace" })
      await patch(`<script data-effect="el.remove()">runs.push("execute")</script>`, {
        selector: "body",
        mode: "append",
      })
      expect(page.runs).toEqual(["outer", "append", "replace", "execute"])
      expect(document.querySelectorAll("body > script[data-effect]")).toHaveLength(0)
    },
  )

  it.skipIf(isOfficial)("for a target that is not there says so, once and clearly", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    await patch("<p>x</p>")
    await patch("<p>x</p>", { selector: ".none", mode: "append" })
    expect(warn.mock.calls).toEqual([
      ["A patch found no element for <p> without an id (mode outer)."],
      ["A patch found no element that matches .none (mode append)."],
    ])
    warn.mockRestore()
  })

  it.skipIf(isOfficial)(
    "in a view transition holds later patches back, so that order is kept",
    async () => {
      await render(`<p id="x">0</p>`)
      const url = await serve(
        stream(
          elements('<p id="x">1</p>', { useViewTransition: "true" }) +
            elements('<p id="x">2</p>') +
            elements('<p id="x">3</p>', { useViewTransition: "true" }) +
            elements('<p id="x">4</p>'),
        ),
      )
      const seen: string[] = []
      new MutationObserver(() => seen.push(text("#x"))).observe(element("#x"), {
        childList: true,
        characterData: true,
        subtree: true,
      })
      await patch(`<i data-init="@get('${url}')"></i>`, { selector: "body", mode: "append" })
      await expect.poll(() => text("#x")).toBe("4")
      expect(seen).toEqual(["1", "2", "3", "4"])
    },
  )
})

describe("morphing", () => {
  it("keeps elements, focus and caret", async () => {
    await render(`<div id="f"><input id="i" value="abc"><p>1</p></div>`)
    const input = element<HTMLInputElement>("#i")
    input.focus()
    input.setSelectionRange(1, 2)
    await patch(
      `<div id="f"><h1>new</h1><section><input id="i" value="abc"></section><p>2</p></div>`,
    )
    expect(element("#i")).toBe(input)
    expect(document.activeElement).toBe(input)
    expect([input.selectionStart, input.selectionEnd]).toEqual([1, 2])
    expect(text("#f")).toContain("new")
  })

  it.skipIf(isOfficial)("keeps text that was typed and not sent, focused or not", async () => {
    await render(
      `<div id="f"><input id="a" value="1"><input id="b"><textarea id="t">x</textarea><input id="clean" value="1"></div>`,
    )
    for (const [selector, value] of [
      ["#a", "mine"],
      ["#t", "my text"],
      ["#b", "typing"],
    ] as const)
      type(element(selector), value)
    await patch(
      `<div id="f"><input id="a" value="server"><input id="b" value="server"><textarea id="t">server</textarea><input id="clean" value="server"></div>`,
    )
    const value = (selector: string): string => element<HTMLInputElement>(selector).value
    expect(["#a", "#b", "#t", "#clean"].map(value)).toEqual(["mine", "typing", "my text", "server"])
    // A reset then gives what the server said last.
    expect(element<HTMLInputElement>("#a").defaultValue).toBe("server")
  })

  it.skipIf(isOfficial)("keeps choices that were made and not sent", async () => {
    const controls = (extra: { checked?: string; selected?: string }): string =>
      `<div id="f"><input id="c" type="checkbox" ${extra.checked ?? ""}><input id="clean" type="checkbox" ${extra.checked ?? ""}><select id="s"><option>a<option ${extra.selected ?? ""}>b<option>c</select><select id="s2"><option>a<option ${extra.selected ?? ""}>b</select></div>`
    await render(controls({ checked: "checked" }))
    element("#c").click()
    element<HTMLSelectElement>("#s").value = "c"
    await patch(controls({ checked: "checked", selected: "selected" }))
    expect(element<HTMLInputElement>("#c").checked).toBe(false)
    expect(element<HTMLSelectElement>("#s").value).toBe("c")
    expect(element<HTMLSelectElement>("#s2").value).toBe("b")
    await patch(controls({}))
    expect(element<HTMLInputElement>("#clean").checked).toBe(false)
  })

  it.skipIf(isOfficial)("keeps a choice by its value when options come, go or move", async () => {
    const page = (options: string): string =>
      `<div id="f"><select id="s">${options}</select><select id="m" multiple>${options}</select></div>`
    await render(page("<option>a<option>b<option>c"))
    element<HTMLSelectElement>("#s").value = "c"
    for (const option of element<HTMLSelectElement>("#m").options)
      option.selected = option.value !== "b"
    await patch(page("<option>new<option>c<option>a<option>b"))
    const chosen = (selector: string): string[] =>
      [...element<HTMLSelectElement>(selector).selectedOptions].map(({ value }) => value)
    expect([chosen("#s"), chosen("#m")]).toEqual([["c"], ["c", "a"]])
    await patch(page("<option>x<option selected>y"))
    expect(chosen("#s")).toEqual(["y"])
  })

  it.skipIf(isOfficial)("never moves the text of one field into another", async () => {
    await render(
      `<div id="f"><input name="a" value="1"><input name="b" data-bind:b1 value="2"></div>`,
    )
    type(element("[name=a]"), "typed in a")
    await patch(
      `<div id="f"><input name="b" value="2"><input name="c" data-bind:c1 value="3"></div>`,
    )
    expect(
      [...document.querySelectorAll("input")].map(({ name, value }) => `${name}=${value}`),
    ).toEqual(["b=2", "c=3"])
  })

  it.skipIf(isOfficial)(
    "clears a form that was submitted when the server sends it empty",
    async () => {
      const form = (url: string): string =>
        `<form id="f" data-on:submit="@post('${url}', {contentType: 'form'})"><input id="i" name="i"><button id="b"></button></form>`
      const url = await serve()
      const answering = await serve(stream(elements(form(url))))
      await render(form(answering))
      type(element("#i"), "sent")
      element("#b").click()
      await expect.poll(() => element<HTMLInputElement>("#i").value).toBe("")
    },
  )

  it.skipIf(isOfficial)("takes the server's word on a checkbox that was sent", async () => {
    const box = (url: string, checked: string): string =>
      `<label id="l"><input id="c" type="checkbox" ${checked} data-on:change="@post('${url}')"></label>`
    const url = await serve(
      stream(elements(`<label id="l"><input id="c" type="checkbox"></label>`)),
    )
    await render(box(url, ""))
    element("#c").click()
    expect(element<HTMLInputElement>("#c").checked).toBe(true)
    await expect.poll(() => element<HTMLInputElement>("#c").checked).toBe(false)
  })

  it("leaves the value of bound controls to their signals", async () => {
    await render(
      `<div id="f"><input id="i" data-bind:bound value="start"></div><p id="out" data-text="$bound"></p>`,
    )
    type(element("#i"), "typed")
    await patch(`<div id="f"><input id="i" data-bind:bound value="start"></div>`)
    expect([element<HTMLInputElement>("#i").value, text("#out")]).toEqual(["typed", "typed"])
  })

  it.skipIf(isOfficial)("keeps an invalid number that is being typed", async () => {
    await render(`<div id="f"><input id="i" type="number"></div>`)
    const input = element<HTMLInputElement>("#i")
    input.focus()
    document.execCommand("insertText", false, "1e")
    expect(input.validity.badInput).toBe(true)
    await patch(`<div id="f" class="x"><input id="i" type="number"></div>`)
    expect(input.validity.badInput).toBe(true)
  })

  it.skipIf(isOfficial)(
    "keeps <details> and <dialog> as the user left them, until the server says otherwise",
    async () => {
      const page = (details: string, dialog: string): string =>
        `<div id="f"><details id="d" ${details}><summary>s</summary>x</details><dialog id="g" ${dialog}>y</dialog></div>`
      await render(page("", ""))
      element<HTMLDetailsElement>("#d").open = true
      element<HTMLDialogElement>("#g").showModal()
      await patch(page("", ""))
      expect(element<HTMLDetailsElement>("#d").open).toBe(true)
      expect(element("#g").matches(":modal")).toBe(true)
      await patch(page("open", "open"))
      await patch(page("", ""))
      expect([
        element<HTMLDetailsElement>("#d").open,
        element<HTMLDialogElement>("#g").open,
      ]).toEqual([false, false])
      await patch(page("open", ""))
      element<HTMLDetailsElement>("#d").open = false
      await patch(page("open", ""))
      expect(element<HTMLDetailsElement>("#d").open).toBe(false)
    },
  )

  it("respects data-ignore-morph and data-preserve-attr", async () => {
    await render(
      `<div id="f"><div id="own" data-ignore-morph><b>mine</b></div><p id="p" class="mine" title="mine" data-preserve-attr="class lang">x</p></div>`,
    )
    await patch(
      `<div id="f"><div id="own" data-ignore-morph><i>yours</i></div><p id="p" title="yours" data-preserve-attr="class lang">y</p></div>`,
    )
    expect(html("#own")).toContain("<b>mine</b>")
    await patch(`<b>yours</b>`, { selector: "#own b", mode: "outer" })
    expect(html("#own")).toContain("<b>mine</b>")
    expect([element("#p").className, element("#p").title, text("#p")]).toEqual([
      "mine",
      "yours",
      "y",
    ])
  })

  it("leaves what attributes of the page's own show", async () => {
    const row = (more: string): string =>
      `<div id="f"><p id="p" ${more} data-text="$mt" data-class:on="$mt" data-show="!$mt" data-attr:title="$mt">server</p></div>`
    await render(`<i data-signals:mt="'signal'"></i>${row("")}`)
    await patch(row('class="fresh" style="color: red"'))
    const p = element("#p")
    expect([p.textContent, p.className, p.style.display, p.style.color, p.title]).toEqual([
      "signal",
      "fresh on",
      "none",
      "red",
      "signal",
    ])
  })

  it("applies new attributes, and lets go of those that are gone", async () => {
    await render(
      `<div id="f"><button id="b" data-on:click="$clicks++" data-signals:clicks="0"></button></div><p id="out" data-text="$clicks"></p>`,
    )
    await patch(`<div id="f"><button id="b" data-on:dblclick="$clicks += 10"></button></div>`)
    element("#b").click()
    element("#b").dispatchEvent(new MouseEvent("dblclick"))
    await settled()
    expect(text("#out")).toBe("10")
  })

  it("does not run data-init again on an element that stays", async () => {
    await render(
      `<div id="f"><i id="k" data-init="$starts++"></i></div><p id="out" data-signals:starts__ifmissing="0" data-text="$starts"></p>`,
    )
    const before = text("#out")
    await patch(`<div id="f"><b></b><i id="k" data-init="$starts++"></i></div>`)
    expect(text("#out")).toBe(before)
  })

  it("leaves nothing behind, however often the page is patched", async () => {
    const page = window as { runs?: number }
    const rows = (round: number): string =>
      `<ul id="l">${Array.from({ length: 20 }, (_, row) => `<li id="r${round}-${row}" data-text="window.runs++; $leak" data-on:poke__window="window.runs++"></li>`).join("")}</ul>`
    await render(
      `<i data-signals:leak="0"></i><button id="b" data-on:click="$leak++"></button>${rows(0)}`,
    )
    for (let round = 1; round <= 30; round++)
      await patch(rows(round), { mode: round % 2 ? "outer" : "replace" })
    page.runs = 0
    element("#b").click()
    window.dispatchEvent(new CustomEvent("poke"))
    await settled()
    expect(page.runs).toBe(40)
  })

  it("moves rows by id instead of building them anew", async () => {
    const rows = (ids: readonly number[]): string =>
      `<ul id="l">${ids.map(id => `<li id="r${id}">${id}</li>`).join("")}</ul>`
    await render(rows([1, 2, 3, 4]))
    const before = new Map([1, 2, 3, 4].map(id => [id, element(`#r${id}`)]))
    await patch(rows([4, 2, 5, 1]))
    expect(text("#l")).toBe("4251")
    for (const id of [4, 2, 1]) expect(element(`#r${id}`)).toBe(before.get(id))
  })
})
