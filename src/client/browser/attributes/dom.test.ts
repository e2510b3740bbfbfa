import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import { element, isOfficial, loadClient, render, settled, type } from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

const text = (selector: string): string => element(selector).textContent
const click = async (selector: string): Promise<void> => {
  element(selector).click()
  await settled()
}

describe("signals", () => {
  it("come from keys, objects, and nested paths", async () => {
    await render(`<div data-signals:my-name="'Ann'" data-signals="{deep: {n: 1}, list: [1,2]}" data-signals:deep.m="2">
      <p id="out" data-text="$myName + $deep.n + $deep.m + $list.length"></p></div>`)
    expect(text("#out")).toBe("Ann122")
  })

  it("keep what exists with __ifmissing", async () => {
    await render(`<div data-signals:kept="1"></div><div data-signals:kept__ifmissing="2" data-signals__ifmissing="{kept: 3, fresh: 4}"></div>
      <p id="out" data-text="$kept + '/' + $fresh"></p>`)
    expect(text("#out")).toBe("1/4")
  })

  it("are cased as __case says", async () => {
    await render(`<div data-signals:one-two__case.snake="1" data-signals:one-two__case.pascal="2"></div>
      <p id="out" data-text="$one_two + $OneTwo"></p>`)
    expect(text("#out")).toBe("3")
  })

  it.skipIf(isOfficial)(
    "may be read before they are declared, on the same element and above it",
    async () => {
      await render(
        `<p id="out" data-text="$declaredLater" data-attr:title="$declaredLater" data-signals:declared-later="'now'"></p>`,
      )
      expect(text("#out")).toBe("now")
      expect(element("#out").title).toBe("now")
    },
  )

  it("compute, by key and by object of functions", async () => {
    await render(`<div data-signals="{base: 2}" data-computed:doubled="$base * 2" data-computed="{tripled: () => $base * 3}">
      <button id="b" data-on:click="$base++"></button><p id="out" data-text="$doubled + '/' + $tripled"></p></div>`)
    expect(text("#out")).toBe("4/6")
    await click("#b")
    expect(text("#out")).toBe("6/9")
  })

  it("are shown as JSON", async () => {
    await render(
      `<div data-signals="{shown: {a: 1}, other: 2}"></div><pre id="out" data-json-signals__terse="{include: /^shown/}"></pre>`,
    )
    expect(text("#out")).toBe('{"shown":{"a":1}}')
  })

  it("hold elements with data-ref", async () => {
    await render(
      `<input id="box" data-ref:field value="v"><p id="out" data-text="$field.value"></p>`,
    )
    expect(text("#out")).toBe("v")
  })
})

describe("what the page shows", () => {
  it("follows data-text", async () => {
    await render(
      `<p id="out" data-signals:word="'a'" data-text="\`\${$word}!\`"></p><button id="b" data-on:click="$word = '<i>b</i>'"></button>`,
    )
    expect(text("#out")).toBe("a!")
    await click("#b")
    expect(text("#out")).toBe("<i>b</i>!")
    expect(element("#out").children).toHaveLength(0)
  })

  it.skipIf(isOfficial)("is empty for null and undefined", async () => {
    await render(`<p id="out" data-text="null"></p><p id="out2" data-text="undefined"></p>`)
    expect(text("#out") + text("#out2")).toBe("")
  })

  it("follows data-show and keeps other styles", async () => {
    await render(
      `<p id="out" style="color: red; display: flex" data-signals:seen="false" data-show="$seen"></p><button id="b" data-on:click="$seen = !$seen"></button>`,
    )
    expect(element("#out").style.display).toBe("none")
    await click("#b")
    expect(element("#out").style.display).toBe("")
    expect(element("#out").style.color).toBe("red")
  })

  it("follows data-class, by key and by object", async () => {
    await render(
      `<p id="out" class="own" data-signals="{on: true}" data-class:is-on="$on" data-class="{'a b': $on, c: !$on}"></p><button id="b" data-on:click="$on = !$on"></button>`,
    )
    expect(element("#out").className).toBe("own is-on a b")
    await click("#b")
    expect(element("#out").className).toBe("own c")
  })

  it("follows data-attr: true is empty, false and null remove", async () => {
    await render(
      `<button id="out" data-signals="{n: 1}" data-attr:aria-label="'n ' + $n" data-attr="{disabled: $n > 1, 'data-n': $n, hidden: null}"></button><button id="b" data-on:click="$n++"></button>`,
    )
    const out = element<HTMLButtonElement>("#out")
    expect([out.getAttribute("aria-label"), out.disabled, out.dataset["n"], out.hidden]).toEqual([
      "n 1",
      false,
      "1",
      false,
    ])
    await click("#b")
    expect([
      out.getAttribute("aria-label"),
      out.getAttribute("disabled"),
      out.dataset["n"],
    ]).toEqual(["n 2", "", "2"])
  })

  it("follows data-style and gives the original back", async () => {
    await render(
      `<p id="out" style="color: red" data-signals="{c: '#00f', w: 3}" data-style:color="$c" data-style="{borderTopWidth: $w + 'px', '--x': $w}"></p><button id="b" data-on:click="$c = ''; $w = 4"></button>`,
    )
    const { style } = element("#out")
    expect([style.color, style.borderTopWidth, style.getPropertyValue("--x")]).toEqual([
      "rgb(0, 0, 255)",
      "3px",
      "3",
    ])
    await click("#b")
    expect([style.color, style.borderTopWidth]).toEqual(["red", "4px"])
  })

  it("is restored when another script undoes it", async () => {
    await render(
      `<p id="out" data-signals="{s: 'x'}" data-text="$s" data-class:k="true" data-attr:title="$s" data-attr="{lang: $s}" data-show="false" data-style:color="'#f00'"></p>`,
    )
    const out = element("#out")
    out.textContent = "other"
    out.className = ""
    out.title = ""
    out.lang = ""
    out.removeAttribute("style")
    await settled()
    expect([
      out.textContent,
      out.className,
      out.title,
      out.lang,
      out.style.display,
      out.style.color,
    ]).toEqual(["x", "k", "x", "x", "none", "rgb(255, 0, 0)"])
  })
})

describe.skipIf(isOfficial)("what data-attr and data-bind refuse", () => {
  const ran = window as { ran?: number }
  const errors = vi.spyOn(console, "error")
  beforeEach(() => {
    ran.ran = 0
    errors.mockReset().mockReturnValue(undefined)
  })
  afterEach(() => void errors.mockClear())
  const names = (el: Element): string[] =>
    [...el.attributes]
      .map(({ name }) => name)
      .filter(name => !/^(?:data-(?:attr|signals|bind)|id$)/.test(name))

  it.each([
    ["a handler", "onfocus", "ran++"],
    ["a handler in capitals", "ONFOCUS", "ran++"],
    ["a document", "srcdoc", "<script>parent.ran++</script>"],
    ["an attribute that the page evaluates", "data-init", "window.ran++"],
    ["the same in capitals", "DATA-INIT", "window.ran++"],
    ["the same with a key", "data-on:click", "window.ran++"],
    ["itself", "data-attr", "{onfocus: 'ran++'}"],
    ["an address", "href", "javascript:ran++"],
    ["an address with white space", "href", " java\nscript:ran++"],
    ["an address of a frame", "src", "data:text/html,<script>parent.ran++</script>"],
    ["an address of a form", "formaction", "JavaScript:ran++"],
    ["an address of an object", "data", "javascript:ran++"],
    ["one of several addresses", "values", "/a;java\nscript:ran++"],
  ])("%s", async (_, name, value) => {
    for (const source of [`data-attr:${name}="$v"`, `data-attr="{'${name}': $v, title: 'kept'}"`]) {
      await render(
        `<a id="out" tabindex="0" data-signals='${JSON.stringify({ v: value }).replaceAll("'", "&#39;")}' ${source}>x</a>`,
      )
      element("#out").focus()
      element("#out").click()
      await settled()
      expect(names(element("#out"))).toEqual(
        source.includes("title") ? ["tabindex", "title"] : ["tabindex"],
      )
      expect(ran.ran).toBe(0)
      expect(errors).toHaveBeenCalledWith(
        expect.objectContaining({ code: "NITRO_CLIENT_ATTRIBUTE" }),
      )
    }
  })

  it("an address that becomes script later", async () => {
    await render(
      `<a id="out" data-signals="{v: '/a'}" data-attr:href="$v"></a><button id="b" data-on:click="$v = 'javascript:ran++'"></button>`,
    )
    expect(element("#out").getAttribute("href")).toBe("/a")
    await click("#b")
    expect(element("#out").hasAttribute("href")).toBe(false)
  })

  it("properties that hold markup or code, and addresses in others", async () => {
    const attack = "<img src=x onerror=window.ran++>"
    for (const property of [
      "inner-h-t-m-l",
      "outer-h-t-m-l",
      "srcdoc",
      "text-content",
      "inner-text",
    ]) {
      await render(
        `<p id="out" data-signals="{v: '${attack}'}" data-bind:v__prop.${property}>kept</p>`,
      )
      expect(element("#out").innerHTML).toBe("kept")
      expect(errors).toHaveBeenCalledWith(
        expect.objectContaining({ code: "NITRO_CLIENT_ATTRIBUTE" }),
      )
      errors.mockClear()
    }
    await render(`<a id="out" data-signals="{v: 'javascript:ran++'}" data-bind:v__prop.href>x</a>`)
    expect(element<HTMLAnchorElement>("#out").href).toBe("")
    expect(ran.ran).toBe(0)
  })

  it("nothing else: images, words and addresses stay", async () => {
    const image = "data:image/png;base64,AAAA"
    await render(
      `<img id="out" data-signals="{v: '${image}'}" data-attr:src="$v" data-attr="{title: 'javascript: the good parts', 'data-on-sale': true, alt: 'on'}">`,
    )
    expect(
      Object.fromEntries([...element("#out").attributes].map(({ name, value }) => [name, value])),
    ).toMatchObject({
      src: image,
      title: "javascript: the good parts",
      "data-on-sale": "",
      alt: "on",
    })
  })
})

describe("data-effect and data-init", () => {
  it("run again on changes, and once", async () => {
    const page = window as { effects?: number; inits?: number }
    page.effects = 0
    page.inits = 0
    await render(`<div data-signals="{n: 1}"><i data-effect="$n; window.effects++"></i><i data-init="$n; window.inits++"></i>
      <button id="b" data-on:click="$n++"></button></div>`)
    await click("#b")
    expect([page.effects, page.inits]).toEqual([2, 1])
  })

  it("init may wait", async () => {
    await render(
      `<div data-signals="{late: 0}" data-init__delay.30ms="$late = 1"></div><p id="out" data-text="$late"></p>`,
    )
    expect(text("#out")).toBe("0")
    await expect.poll(() => text("#out")).toBe("1")
  })
})

describe("the signal actions", () => {
  it("set and toggle all that match", async () => {
    await render(`<div data-signals="{box: {a: true, b: false}, solo: true}"></div>
      <button id="set" data-on:click="@setAll(true, {include: /^box\\./})"></button><button id="toggle" data-on:click="@toggleAll({include: '^box'})"></button>
      <p id="out" data-text="[$box.a, $box.b, $solo].join()"></p>`)
    await click("#toggle")
    expect(text("#out")).toBe("false,true,true")
    await click("#set")
    expect(text("#out")).toBe("true,true,true")
  })
})

describe("events", () => {
  it("run expressions with el and evt", async () => {
    await render(
      `<button id="b" data-signals="{got: ''}" data-on:click="$got = el.id + evt.type"></button><p id="out" data-text="$got"></p>`,
    )
    await click("#b")
    expect(text("#out")).toBe("bclick")
  })

  it("of a form's submit never navigate", async () => {
    await render(
      `<form id="f" action="/nowhere" data-signals="{sent: 0}" data-on:submit="$sent++"><button id="b"></button></form><p id="out" data-text="$sent"></p>`,
    )
    await click("#b")
    expect(text("#out")).toBe("1")
  })

  it("have names in kebab case, or as __case says", async () => {
    await render(
      `<i id="e" data-signals="{n: 0}" data-on:my-event="$n += 1" data-on:my-event__case.camel="$n += 10"></i><p id="out" data-text="$n"></p>`,
    )
    element("#e").dispatchEvent(new CustomEvent("my-event"))
    element("#e").dispatchEvent(new CustomEvent("myEvent"))
    await settled()
    expect(text("#out")).toBe("11")
  })

  it("take the modifiers prevent, stop, once, capture, window, document, outside", async () => {
    await render(`<div id="outer" data-signals="{log: ''}" data-on:click="$log += 'outer '">
      <a id="stop" href="#x" data-on:click__stop__prevent="$log += 'stop '"></a><button id="once" data-on:click__once="$log += 'once '"></button></div>
      <i data-on:ping__window="$log += 'window '"></i><i data-on:ping__document="$log += 'document '"></i>
      <i id="me" data-on:click__outside="$log += 'outside '"></i><p id="out" data-text="$log"></p>`)
    const before = location.hash
    await click("#stop")
    expect(location.hash).toBe(before)
    expect(text("#out")).toBe("stop ")
    await click("#once")
    await click("#once")
    expect(text("#out")).toBe("stop once outer outside outer outside ")
    await click("#me")
    expect(text("#out")).toBe("stop once outer outside outer outside ")
    document.dispatchEvent(new CustomEvent("ping", { bubbles: true }))
    await settled()
    expect(text("#out")).toContain("document window ")
  })

  it("wait with debounce and delay, and are thinned out by throttle", async () => {
    await render(
      `<div id="e" data-signals="{d: 0, l: 0, t: 0, y: 0}" data-on:hit__debounce.40ms="$d++" data-on:hit__debounce.40ms.leading.notrailing="$l++" data-on:hit__throttle.1s="$t++" data-on:hit__delay.20ms="$y++"></div><p id="out" data-text="[$d, $l, $t, $y].join()"></p>`,
    )
    for (let i = 0; i < 3; i++) element("#e").dispatchEvent(new CustomEvent("hit"))
    await settled()
    expect(text("#out")).toMatch(/^0,1,1,/)
    await expect.poll(() => text("#out")).toBe("1,1,1,3")
  })

  it("fire on intersection, once with the modifier", async () => {
    await render(
      `<div data-signals="{seen: 0}" style="height: 300px"></div><div id="far" style="margin-top: 3000px; height: 10px" data-on-intersect__once="$seen++"></div><p id="out" style="position: fixed" data-text="$seen"></p>`,
    )
    expect(text("#out")).toBe("0")
    for (let i = 0; i < 2; i++) {
      element("#far").scrollIntoView()
      await expect.poll(() => text("#out")).toBe("1")
      window.scrollTo(0, 0)
    }
  })

  it("fire at intervals until the element is gone", async () => {
    await render(
      `<div data-signals="{ticks: 0}"><i id="clock" data-on-interval__duration.20ms.leading="$ticks++"></i></div><p id="out" data-text="$ticks"></p>`,
    )
    expect(Number(text("#out"))).toBeGreaterThan(0)
    await expect.poll(() => Number(text("#out"))).toBeGreaterThan(2)
    element("#clock").remove()
    await settled()
    const count = text("#out")
    await new Promise(resolve => setTimeout(resolve, 60))
    expect(text("#out")).toBe(count)
  })

  it("fire on signal patches that pass the filter", async () => {
    await render(`<div data-signals="{a: 0, b: 0, seen: ''}" data-on-signal-patch="$seen = JSON.stringify(patch)" data-on-signal-patch-filter="{include: /^a$/}"></div>
      <button id="a" data-on:click="$a++"></button><button id="b" data-on:click="$b++"></button><p id="out" data-text="$seen"></p>`)
    await click("#b")
    const before = text("#out")
    await click("#a")
    expect(before).not.toContain('"b"')
    expect(text("#out")).toBe('{"a":1}')
  })
})

describe("elements", () => {
  it("that are added later are applied; attributes that change apply anew", async () => {
    await render(`<div id="host" data-signals="{v: 1}"></div>`)
    element("#host").innerHTML = `<p id="out" data-text="$v"></p>`
    await settled()
    expect(text("#out")).toBe("1")
    element("#out").setAttribute("data-text", "$v + 1")
    await settled()
    expect(text("#out")).toBe("2")
  })

  it("that are removed let go of listeners, effects and timers", async () => {
    const page = window as { ran?: number }
    page.ran = 0
    await render(
      `<div id="host" data-signals="{w: 0}"><i data-effect="$w; window.ran++" data-on:ping__window="window.ran += 100"></i></div><button id="b" data-on:click="$w++"></button>`,
    )
    expect(page.ran).toBe(1)
    element("#host").innerHTML = ""
    await settled()
    await click("#b")
    window.dispatchEvent(new CustomEvent("ping"))
    await settled()
    expect(page.ran).toBe(1)
  })

  it.skipIf(isOfficial)("that move keep what is applied", async () => {
    await render(
      `<div id="a" data-signals="{moves: 0}"><i id="m" data-init="$moves++"></i></div><div id="b"></div><p id="out" data-text="$moves"></p>`,
    )
    element("#b").append(element("#m"))
    await settled()
    expect(text("#out")).toBe("1")
  })

  it("under data-ignore stay untouched; data-ignore__self spares the children", async () => {
    await render(
      `<div data-ignore data-init="$never = 1"><p id="a" data-text="'x'"></p></div><div data-ignore__self id="b" data-text="'y'"><p id="c" data-text="'z'"></p></div>`,
    )
    expect([text("#a"), text("#c")]).toEqual(["", "z"])
    expect(element("#b").children).toHaveLength(1)
  })

  it.skipIf(isOfficial)(
    "with a broken attribute are reported by name, and the rest of the page works",
    async () => {
      const error = vi.spyOn(console, "error").mockImplementation(() => {})
      await render(
        `<p id="bad" data-text="$x +"></p><p id="bad2" data-on:click="nope.x" data-show></p><p id="bad3" data-on="1"></p><p id="bad4" data-init="@postt('/')"></p><p id="good" data-text="'fine'"></p>`,
      )
      element("#bad2").click()
      expect(text("#good")).toBe("fine")
      const said = error.mock.calls.map(call => String(call[0])).join("\n")
      expect(said).toContain("<p#bad data-text>")
      expect(said).toContain("<p#bad2 data-on:click>")
      expect(said).toContain("<p#bad2 data-show> needs a value")
      expect(said).toContain("<p#bad3 data-on> needs a key")
      expect(said).toContain("@postt is not an action; there are @")
      error.mockRestore()
    },
  )
})

describe("data-bind", () => {
  it("keeps text and signal equal, both ways", async () => {
    await render(
      `<input id="i" data-bind:full-name value="Ann"><textarea id="t" data-bind="fullName"></textarea><button id="b" data-on:click="$fullName = 'Cy'"></button><p id="out" data-text="$fullName"></p>`,
    )
    expect(text("#out")).toBe("Ann")
    expect(element<HTMLTextAreaElement>("#t").value).toBe("Ann")
    type(element("#i"), "Bob")
    await settled()
    expect(text("#out")).toBe("Bob")
    expect(element<HTMLTextAreaElement>("#t").value).toBe("Bob")
    await click("#b")
    expect(element<HTMLInputElement>("#i").value).toBe("Cy")
  })

  it("leaves an existing signal as it is", async () => {
    await render(`<div data-signals:pre="'set'"><input id="i" data-bind:pre value="other"></div>`)
    expect(element<HTMLInputElement>("#i").value).toBe("set")
  })

  it("keeps numbers numbers", async () => {
    await render(
      `<input id="i" type="number" data-bind:amount value="3"><input id="s" data-signals:typed="5" data-bind:typed><p id="out" data-text="typeof $amount + $amount + typeof $typed"></p>`,
    )
    expect(text("#out")).toBe("number3number")
    type(element("#i"), "4.5")
    type(element("#s"), "6")
    await settled()
    expect(text("#out")).toBe("number4.5number")
  })

  it("takes checkboxes: a boolean, or the value", async () => {
    await render(
      `<input id="c" type="checkbox" data-bind:agreed checked><input id="v" type="checkbox" value="yes" data-signals:word="''" data-bind:word><p id="out" data-text="$agreed + '/' + $word"></p>`,
    )
    expect(text("#out")).toBe("true/")
    await click("#c")
    await click("#v")
    expect(text("#out")).toBe("false/yes")
  })

  it("takes radio groups", async () => {
    await render(
      `<input id="r1" type="radio" data-bind:size value="s"><input id="r2" type="radio" data-bind:size value="m" checked><p id="out" data-text="$size"></p><button id="b" data-on:click="$size = 's'"></button>`,
    )
    expect(text("#out")).toBe("m")
    await click("#b")
    expect(element<HTMLInputElement>("#r1").checked).toBe(true)
    await click("#r2")
    expect(text("#out")).toBe("m")
  })

  it("takes selects, single and multiple", async () => {
    await render(
      `<select id="s" data-bind:one><option>a<option selected>b</select><select id="m" multiple data-bind:many><option selected>x<option>y<option selected>z</select><p id="out" data-text="$one + $many.join('')"></p><button id="b" data-on:click="$one = 'a'; $many = ['y']"></button>`,
    )
    expect(text("#out")).toBe("bxz")
    await click("#b")
    expect(element<HTMLSelectElement>("#s").value).toBe("a")
    expect(
      [...element<HTMLSelectElement>("#m").selectedOptions].map(option => option.value),
    ).toEqual(["y"])
  })

  it("spreads an array signal over several controls", async () => {
    await render(
      `<div data-signals="{tags: ['a', 'b']}"><input id="t0" data-bind:tags><input id="t1" data-bind:tags></div><p id="out" data-text="$tags.join()"></p>`,
    )
    expect([
      element<HTMLInputElement>("#t0").value,
      element<HTMLInputElement>("#t1").value,
    ]).toEqual(["a", "b"])
    type(element("#t1"), "c")
    await settled()
    expect(text("#out")).toBe("a,c")
  })

  it("reads files as base64", async () => {
    await render(
      `<input id="f" type="file" multiple data-bind:files><p id="out" data-text="JSON.stringify($files)"></p>`,
    )
    const transfer = new DataTransfer()
    transfer.items.add(new File(["hi"], "a.txt", { type: "text/plain" }))
    const input = element<HTMLInputElement>("#f")
    input.files = transfer.files
    input.dispatchEvent(new Event("change", { bubbles: true }))
    await expect
      .poll(() => text("#out"))
      .toBe('[{"name":"a.txt","contents":"aGk=","mime":"text/plain"}]')
  })

  it("binds custom elements by their value, or another property and event", async () => {
    customElements.define(
      "x-field",
      class extends HTMLElement {
        value = "start"
        open = false
      },
    )
    await render(
      `<x-field id="x" data-bind:custom></x-field><x-field id="o" data-signals:opened="true" data-bind:opened__prop.open__event.toggled></x-field><p id="out" data-text="$custom + $opened"></p>`,
    )
    const field = element<HTMLElement & { value: string; open: boolean }>("#x")
    const other = element<HTMLElement & { open: boolean }>("#o")
    expect(text("#out")).toBe("starttrue")
    expect(other.open).toBe(true)
    field.value = "changed"
    field.dispatchEvent(new Event("change"))
    other.open = false
    other.dispatchEvent(new Event("toggled"))
    await settled()
    expect(text("#out")).toBe("changedfalse")
  })

  it("does not move the caret while the user types", async () => {
    await render(`<input id="i" data-bind:caret value="abcd">`)
    const input = element<HTMLInputElement>("#i")
    input.focus()
    input.setRangeText("X", 2, 2, "end")
    input.dispatchEvent(new InputEvent("input", { bubbles: true }))
    await settled()
    expect([input.value, input.selectionStart]).toEqual(["abXcd", 3])
  })
})
