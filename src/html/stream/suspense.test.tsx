// Async iterables as children, places that are suspended, and what becomes of both on errors and aborts.
import { createHash } from "node:crypto"
import { htmlTagNames } from "html-tag-names"
import {
  Boundary,
  type Child,
  CustomTag,
  createElement,
  html,
  Page,
  raw,
  render,
  Suspense,
  stream,
  suspenseScriptHash,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { pageApp, patchesOf, settle } from "../internal.ts"
import { suspenseScript } from "./suspense-markup.ts"

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((ok, fail) => {
    resolve = ok
    reject = fail
  })
  return { promise, resolve, reject }
}

const ticks = () => new Promise(done => setTimeout(done, 5))

/** The next chunk, without the parts that are the same every time, and without what makes ids unlike any others. */
const plain = (text: unknown): string =>
  String(text)
    .replaceAll(/suspense-[0-9a-f]{16}/g, "suspense")
    .replaceAll(/<script[^>]*>\{const s=.*?<\/script>/g, "<script/>")
    .replaceAll(/<noscript>.*?<\/noscript>/g, "")

const all = async (child: Child, options = {}): Promise<string> => {
  let text = ""
  for await (const part of stream(child, options)) text += part
  return text
}

async function* CountTo({ limit }: { limit: number }): AsyncGenerator<Child> {
  for (let i = 1; i <= limit; i++) yield i
}

describe("an async iterable as a child", () => {
  async function* count(to: number, log: string[] = []): AsyncGenerator<Child> {
    try {
      for (let i = 1; i <= to; i++) {
        log.push(`make ${i}`)
        yield <i>{i}</i>
        await ticks()
      }
    } finally {
      log.push("closed")
    }
  }

  it("renders its values in its place, nested ones too", async () => {
    async function* nested(): AsyncGenerator<Child> {
      yield "<"
      yield [count(2), Promise.resolve("x")]
    }
    expect(await render(<p>[{nested()}]</p>)).toBe("<p>[&lt;<i>1</i><i>2</i>x]</p>")
    expect(await render(html`<p>${count(1)}</p>`)).toBe("<p><i>1</i></p>")
    expect(String(await settle(<p>{count(1)}</p>))).toBe("<p><i>1</i></p>")
  })

  it("may be a component", async () => {
    expect(await render(<CountTo limit={2} />)).toBe("12")
  })

  it("is sent value by value, and continued when the last one was read", async () => {
    const log: string[] = []
    const iterator = stream(<p>{count(3, log)}</p>)
    expect((await iterator.next()).value).toBe("<p><i>1</i>")
    await ticks()
    await ticks()
    expect(log).toEqual(["make 1", "make 2"])
    expect((await iterator.next()).value).toBe("<i>2</i>")
    let rest = ""
    for await (const part of iterator) rest += part
    expect(rest).toBe("<i>3</i></p>")
    expect(log.at(-1)).toBe("closed")
  })

  it("is closed when the reader leaves, when a sibling fails and when the page is aborted", async () => {
    const left: string[] = []
    const iterator = stream(<p>{count(3, left)}</p>)
    await iterator.next()
    await iterator.return()
    await ticks()
    expect(left).toContain("closed")
    expect(left).not.toContain("make 3")

    const failed: string[] = []
    async function* failing(): AsyncGenerator<Child> {
      yield [count(3, failed), "x"]
      throw new Error("unreachable")
    }
    const abort = new AbortController()
    const aborted = stream(<p>{failing()}</p>, { signal: abort.signal })
    await aborted.next()
    const next = aborted.next()
    abort.abort(new Error("gone"))
    await expect(next).rejects.toThrow("gone")
    await ticks()
    expect(failed).toContain("closed")
  })

  it("passes on its error, and a boundary around it shows its fallback", async () => {
    async function* failing(): AsyncGenerator<Child> {
      yield "a"
      throw new Error("broke")
    }
    await expect(render(<p>{failing()}</p>)).rejects.toThrow("broke")
    expect(
      await render(<Boundary fallback={error => (error as Error).message}>{failing()}</Boundary>),
    ).toBe("broke")
  })

  it("says so when a generator is rendered a second time, instead of showing nothing", async () => {
    const markup = <p>{count(1)}</p>
    await render(markup)
    await expect(render(markup)).rejects.toMatchObject({
      code: "NITRO_HTML_CHILD",
      fix: expect.stringContaining("once per rendering"),
    })
    const again = { [Symbol.asyncIterator]: () => count(1) }
    const repeatable = <p>{again}</p>
    expect([await render(repeatable), await render(repeatable)]).toEqual([
      "<p><i>1</i></p>",
      "<p><i>1</i></p>",
    ])
  })

  it("refuses values that are no children", async () => {
    const bytes = new Response("x").body as unknown as AsyncIterable<Child>
    await expect(render(<p>{bytes}</p>)).rejects.toMatchObject({ code: "NITRO_HTML_CHILD" })
  })
})

describe("Suspense", () => {
  it("prints children that are ready without the fallback", async () => {
    expect(String(<Suspense fallback="wait">{html`<b>x</b>`}</Suspense>)).toBe("<b>x</b>")
    expect(await all(<Suspense fallback="wait">{Promise.resolve("x")}</Suspense>)).toBe("x")
  })

  it("waits in its place where the page is not streamed, and where the stream is in order", async () => {
    const markup = () => (
      <p>
        <Suspense fallback="wait">{ticks().then(() => "x")}</Suspense>!
      </p>
    )
    expect(await render(markup())).toBe("<p>x!</p>")
    expect(await all(markup(), { inOrder: true })).toBe("<p>x!</p>")
    expect(() => String(markup())).toThrow(/async child/)
  })

  it("sends the fallback first and the contents at the end of the body, in the order of their arrival", async () => {
    const [a, b] = [deferred<Child>(), deferred<Child>()]
    const iterator = stream(
      <Page title="T" bare>
        <Suspense fallback={<i>wait</i>}>{a.promise as Promise<string>}</Suspense>,
        <Suspense fallback="wait">{b.promise as Promise<string>}</Suspense>!
      </Page>,
    )
    expect(plain((await iterator.next()).value)).toBe(
      '<!doctype html><html><head><title>T</title></head><body><template id="suspense-1"></template><i>wait</i><!--/suspense-1-->,<template id="suspense-2"></template>wait<!--/suspense-2-->!',
    )
    b.resolve(<b>2</b>)
    expect(plain((await iterator.next()).value)).toBe(
      '<div hidden="until-found" data-suspense="suspense-2"><b>2</b></div><script/>',
    )
    a.resolve("<1>")
    expect(plain((await iterator.next()).value)).toBe(
      '<div hidden="until-found" data-suspense="suspense-1">&lt;1&gt;</div><script/></body></html>',
    )
    expect(await iterator.next()).toMatchObject({ done: true })
  })

  it("stands before the end tags of a document that Page did not make, and last where there are none", async () => {
    const late = () => Suspense({ fallback: "wait", children: ticks().then(() => "x") })
    const document = html`<!doctype html><html><body>${late()}</body>
</html>
`
    expect(plain(await all(document))).toMatch(
      /<!--\/suspense-1--><div hidden="until-found" data-suspense="suspense-1">x<\/div><script\/><\/body>\n<\/html>\n$/,
    )
    const slower = Suspense({
      fallback: "wait",
      children: new Promise<string>(done => setTimeout(done, 30, "y")),
    })
    expect(plain(await all(html`<html><body>${late()}${slower}</body></html>`))).toMatch(
      /data-suspense="suspense-1">x<\/div><script\/><div hidden="until-found" data-suspense="suspense-2">y<\/div><script\/><\/body><\/html>$/,
    )
    expect(plain(await all(late()))).toMatch(
      /<!--\/suspense-1--><div hidden="until-found" data-suspense="suspense-1">x<\/div><script\/>$/,
    )
  })

  it("nests: what is suspended inside comes in its own time", async () => {
    const [outer, inner] = [deferred<Child>(), deferred<Child>()]
    const iterator = stream(
      <Suspense fallback="outer">{outer.promise as Promise<string>}</Suspense>,
    )
    expect((await iterator.next()).value).toContain("outer")
    outer.resolve(
      <p>{Suspense({ fallback: "inner", children: inner.promise as Promise<string> })}</p>,
    )
    expect(plain((await iterator.next()).value)).toBe(
      '<div hidden="until-found" data-suspense="suspense-1"><p><template id="suspense-2"></template>inner<!--/suspense-2--></p></div><script/>',
    )
    inner.resolve("x")
    expect(plain((await iterator.next()).value)).toBe(
      '<div hidden="until-found" data-suspense="suspense-2">x</div><script/>',
    )
  })

  it("keeps the nonce of the page on all that it adds", async () => {
    const late = <Suspense fallback="wait">{ticks().then(() => "x")}</Suspense>
    const text = await all(
      <Page title="T" bare nonce="n0">
        {late}
      </Page>,
    )
    expect(text.match(/<(?:script|style)[^>]*>/g)).toEqual([
      '<style nonce="n0">',
      '<script nonce="n0">',
    ])
    expect(
      await all(<p>{Suspense({ children: ticks().then(() => "x") })}</p>, { nonce: "n1" }),
    ).toContain('<script nonce="n1">')
  })

  it("publishes the hash of its one script", () => {
    expect(suspenseScriptHash).toBe(
      `sha256-${createHash("sha256").update(suspenseScript).digest("base64")}`,
    )
  })

  it("moves rows and cells inside of a table, where alone they exist", async () => {
    const late = async (content: Child) =>
      plain(await all(Suspense({ children: ticks().then(() => content as string) })))
    expect(
      await late(
        <tr>
          <td>x</td>
        </tr>,
      ),
    ).toContain(
      '<table hidden="until-found" data-suspense="suspense-1" data-inside="tbody"><tbody><tr><td>x</td></tr></tbody></table>',
    )
    expect(await late(<td>x</td>)).toContain(
      'data-inside="tr"><tbody><tr><td>x</td></tr></tbody></table>',
    )
    expect(await late(<tbody />)).toContain(
      '<table hidden="until-found" data-suspense="suspense-1"><tbody></tbody></table>',
    )
    expect(await late(<li />)).toContain(
      '<div hidden="until-found" data-suspense="suspense-1"><li></li></div>',
    )
  })

  it("moves parts of an SVG and of a formula inside of one, where alone they are what they are", async () => {
    const late = async (content: Child) =>
      plain(await all(Suspense({ children: ticks().then(() => content as string) })))
    for (const tag of [
      "circle",
      "g",
      "path",
      "text",
      "tspan",
      "linearGradient",
      "foreignObject",
      "feBlend",
      "animateMotion",
      "use",
    ]) {
      expect(await late(createElement(tag, {}))).toContain(
        `<div hidden="until-found" data-suspense="suspense-1" data-inside="svg"><svg><${tag}></${tag}></svg></div>`,
      )
    }
    for (const tag of ["mi", "mrow", "mfrac", "msqrt", "semantics"]) {
      expect(await late(createElement(tag, {}))).toContain(
        `data-inside="math"><math><${tag}></${tag}></math></div>`,
      )
    }
    for (const tag of ["main", "map", "mark", "menu", "meter", "svg", "math", "a", "b", "p"]) {
      expect(await late(createElement(tag, {}))).toContain(
        `data-suspense="suspense-1"><${tag}></${tag}></div>`,
      )
    }
    for (const content of [
      html`<!-- x --> <tr></tr>`,
      html`<!--x--><tr></tr>`,
      html`  <!--x--><!--y-->   <TR></TR>`,
    ])
      expect(await late(content)).toContain('data-inside="tbody"')
    expect(await late(<col />)).toContain(
      '<table hidden="until-found" data-suspense="suspense-1" data-inside="colgroup"><colgroup><col></colgroup></table>',
    )
    // Text, and whatever follows it, is text of the page.
    for (const content of [html`x <tr></tr>`, html`< tr>`, html`x`])
      expect(await late(content)).toMatch(/<div hidden="until-found" data-suspense="suspense-1">/)
  })

  it("takes no element of HTML for a part of an SVG or a formula because of its name", async () => {
    const shared = new Set("a script style title font image switch set text".split(" "))
    const alone =
      /^(?:t[rdh]|tbody|thead|tfoot|caption|col(?:group)?|i?frame|noembed|noframes|noscript|plaintext|xmp|textarea|html|head|body|frameset|base|link|meta|image|svg|math)$/
    for (const tag of [...htmlTagNames, "my-element", "text-field", "semantics-x", "x-mi", "gx"]) {
      if (shared.has(tag) || alone.test(tag)) continue
      const page = await all(
        Suspense({ children: ticks().then(() => html`<!---->${CustomTag(tag)}` as never) }),
      )
      expect(page, tag).toMatch(/<div hidden="until-found" data-suspense="[^"]*">/)
    }
  })

  it("shows without JavaScript what has arrived", async () => {
    const page = await all(Suspense({ children: ticks().then(() => "x") }))
    expect(page).toMatch(
      /<noscript><style>\[data-suspense\]\{display:block!important;[^<]*table\[data-suspense\]\{display:table!important\}<\/style><\/noscript>/,
    )
  })

  it("waits in its place inside of text, where no mark can stand", async () => {
    async function* count(): AsyncGenerator<Child> {
      yield late()
    }
    const late = () => Suspense({ fallback: "wait", children: ticks().then(() => "x") })
    const nested = () =>
      Suspense({ fallback: "wait", children: ticks().then(() => <b>{late()}</b>) })
    const deep = () =>
      Promise.resolve([late(), count(), Boundary({ fallback: "!", children: late() })])
    const cases: [Child, string][] = [
      [<title>{late()}</title>, "<title>x</title>"],
      [<title>a {late()}</title>, "<title>a x</title>"],
      [<textarea>{late()}</textarea>, "<textarea>\nx</textarea>"],
      [<textarea>a{late()}</textarea>, "<textarea>ax</textarea>"],
      [<template>{nested()}</template>, "<template><b>x</b></template>"],
      [
        <template>
          <p>{deep()}</p>
        </template>,
        "<template><p>xxx</p></template>",
      ],
      [<noscript>{count()}</noscript>, "<noscript>x</noscript>"],
      [html`<title>${late()}</title>`, "<title>x</title>"],
      [html`<textarea>${late()}</textarea>`, "<textarea>\nx</textarea>"],
      [html`<textarea>a ${late()}</textarea>`, "<textarea>a x</textarea>"],
      [
        html`<template><ul><li>${nested()}</li></ul></template>`,
        "<template><ul><li><b>x</b></li></ul></template>",
      ],
      [html`<noscript>${deep()}</noscript>`, "<noscript>xxx</noscript>"],
    ]
    for (const [markup, expected] of cases) expect(await all(markup)).toBe(expected)
    // Behind them it goes on as before.
    expect(
      plain(await all(html`<noscript></noscript><template>${late()}</template><p>${late()}</p>`)),
    ).toMatch(
      /^<template>x<\/template><p><template id="suspense-1"><\/template>wait<!--\/suspense-1--><\/p>/,
    )
  })

  it("ends the work behind content that is waited for in its place", async () => {
    const reasons: unknown[] = []
    const work = Suspense({
      children: ({ signal }) =>
        new Promise<string>(() =>
          signal.addEventListener("abort", () => reasons.push(signal.reason)),
        ),
    })
    const abort = new AbortController()
    const next = stream(<title>{work}</title>, { signal: abort.signal })
    await next.next()
    const pending = next.next()
    abort.abort("gone")
    await expect(pending).rejects.toBe("gone")
    expect(reasons).toEqual(["gone"])
  })

  it("has ids that no other stream and no element of the page has", async () => {
    const late = () => Suspense({ fallback: "wait", children: ticks().then(() => "x") })
    const ids = new Set<string>()
    for (let i = 0; i < 20; i++)
      ids.add(/<template id="([^"]+)"/.exec(await all(<p id="suspense-1">{late()}</p>))?.[1] ?? "")
    expect(ids.size).toBe(20)
    for (const id of ids) expect(id).toMatch(/^suspense-[0-9a-f]{16}-1$/)
  })

  it("runs the hooks at the end of the page after the last content", async () => {
    const log: string[] = []
    const late = (name: string) =>
      Suspense({ fallback: "wait", children: ticks().then(() => void log.push(name)) })
    const pageEnds = [() => html`<u>${log.join()}</u>`]
    const page = () =>
      pageApp.run({ basePath: "", pageEnds }, () =>
        Page({ title: "T", bare: true }, late("a"), late("b")),
      )
    expect(await all(page())).toMatch(/<u>a,b<\/u><\/body><\/html>$/)
    log.length = 0
    expect(await render(page())).toMatch(/<body><u>a,b<\/u><\/body>/)
  })

  describe("with an error in it", () => {
    const failing = () =>
      Suspense({
        fallback: "wait",
        children: async () => {
          await ticks()
          throw new Error("<down>")
        },
      })
    const fallback = (error: unknown) => <em>{(error as Error).message}</em>

    it("shows what a boundary inside or around it makes of it, in its own place", async () => {
      const around = () => <Boundary fallback={fallback}>before {failing()} after</Boundary>
      const inside = () =>
        Suspense({
          fallback: "wait",
          children: Boundary({
            fallback,
            children: ticks().then(() => Promise.reject(new Error("<down>"))),
          }),
        })
      const late =
        '<div hidden="until-found" data-suspense="suspense-1"><em>&lt;down&gt;</em></div><script/>'
      expect(plain(await all(around()))).toBe(
        `before <template id="suspense-1"></template>wait<!--/suspense-1--> after${late}`,
      )
      expect(await render(around())).toBe("before <em>&lt;down&gt;</em> after")
      expect(plain(await all(inside()))).toMatch(new RegExp(`${late}$`))
    })

    it("sends the other contents before it fails the page", async () => {
      const other = Suspense({
        fallback: "wait",
        children: ticks()
          .then(ticks)
          .then(() => "other"),
      })
      let text = ""
      const read = async () => {
        for await (const part of stream(
          <Page title="T" bare>
            {failing()}
            {other}
          </Page>,
        ))
          text += part
      }
      await expect(read()).rejects.toThrow("<down>")
      expect(plain(text)).toContain('data-suspense="suspense-2">other')
      expect(text).not.toContain("</html>")
      await expect(render(failing())).rejects.toThrow("<down>")
    })

    it("catches what throws at once like what throws later", async () => {
      const broken = Suspense({
        children: () => {
          throw new Error("now")
        },
      })
      await expect(render(broken)).rejects.toThrow("now")
      expect(
        await render(
          Boundary({
            fallback: "saved",
            children: Suspense({ children: () => Promise.reject(new Error("now")) }),
          }),
        ),
      ).toBe("saved")
    })
  })

  it("aborts the work behind it when its reader is gone", async () => {
    const reasons: unknown[] = []
    const work = () =>
      Suspense({
        fallback: "wait",
        children: ({ signal }) =>
          new Promise<string>(() =>
            signal.addEventListener("abort", () => reasons.push(signal.reason)),
          ),
      })
    const abort = new AbortController()
    const streamed = stream(
      <p>
        {work()}
        {work()}
      </p>,
      { signal: abort.signal },
    )
    await streamed.next()
    const next = streamed.next()
    const reason = new Error("gone")
    abort.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(reasons).toEqual([reason, reason])

    const left = stream(
      <p>
        {work()}
        {"x".repeat(40_000)}
        {work()}
      </p>,
    )
    await left.next()
    await left.return()
    expect(reasons).toHaveLength(4)
  })

  it("causes no unhandled rejection when it is not read", async () => {
    const seen: unknown[] = []
    const listen = (reason: unknown): void => void seen.push(reason)
    process.on("unhandledRejection", listen)
    Suspense({ fallback: "wait", children: Promise.reject(new Error("a")) })
    Boundary({
      fallback: "x",
      children: Suspense({ children: () => Promise.reject(new Error("b")) }),
    })
    await ticks()
    process.off("unhandledRejection", listen)
    expect(seen).toEqual([])
  })
})

describe("patchesOf", () => {
  const collect = async (child: Child): Promise<string[]> => {
    const patches: string[] = []
    for await (const { replaces, markup } of patchesOf(child))
      patches.push(`${replaces ?? "-"}: ${markup}`)
    return patches.map(plain)
  }

  it("ends the work behind it when the reader leaves, and when the work itself fails", async () => {
    const signals: AbortSignal[] = []
    const Slow = () =>
      Suspense({
        fallback: "…",
        children: ({ signal }) => {
          signals.push(signal)
          return new Promise<never>(() => {})
        },
      })
    const left = patchesOf(<Slow />)
    await left.next()
    expect(signals[0]?.aborted).toBe(false)
    await left.return()
    expect(signals[0]?.aborted).toBe(true)
    const abort = new AbortController()
    const ended = patchesOf(<Slow />, abort.signal)
    await ended.next()
    const next = ended.next().catch(() => "failed")
    abort.abort(new Error("gone"))
    await next
    expect(signals[1]?.aborted).toBe(true)
  })

  it.each([
    ["<svg>", "g"],
    ['<svg class="a">', "g"],
    ["<SVG\n>", "g"],
    ["<svg><g></g></svg>", "span"],
    ["<svg><foreignObject>", "span"],
    ['<svg><foreignObject x="1"><p></p></foreignObject>', "g"],
    ["<svgx>", "span"],
    ["<svg-icon>", "span"],
    ["<foreignobjects>", "span"],
  ])("behind %s it waits in a <%s>", async (before, tag) => {
    const patches = patchesOf(
      html`${raw(before)}${Suspense({ children: ticks().then(() => "x") })}`,
    )
    const { value } = await patches.next()
    expect(value?.markup.slice(before.length)).toMatch(new RegExp(`^<${tag} id=`))
    await patches.return()
  })

  it("gives all of it with fallbacks first, then what replaces them", async () => {
    const inner = Suspense({
      fallback: "inner",
      children: ticks()
        .then(ticks)
        .then(() => "2"),
    })
    const outer = Suspense({ fallback: "outer", children: ticks().then(() => <b>1{inner}</b>) })
    expect(await collect(<p id="p">{outer}</p>)).toEqual([
      '-: <p id="p"><span id="suspense-1">outer</span></p>',
      'suspense-1: <b>1<span id="suspense-2">inner</span></b>',
      "suspense-2: 2",
    ])
  })

  it("replaces a part of an SVG by one, in an SVG alone", async () => {
    const late = (content: Child, fallback?: Child) =>
      Suspense({ fallback, children: ticks().then(() => content as string) })
    const namespaces: string[] = []
    const patches: string[] = []
    const inner = late(html`<circle r="2"/>`)
    const outer = late(html`<g>${inner}</g>`, html`<rect/>`)
    for await (const { markup, namespace } of patchesOf(
      html`<div id="a"><svg>${outer}<foreignObject>${late("1")}</foreignObject></svg>${late("2")}</div>`,
    )) {
      namespaces.push(namespace)
      patches.push(plain(markup))
    }
    expect(patches).toEqual([
      '<div id="a"><svg><g id="suspense-1"><rect/></g><foreignObject><span id="suspense-2"></span></foreignObject></svg><span id="suspense-3"></span></div>',
      '<g><g id="suspense-4"></g></g>',
      '<circle r="2"/>',
      "1",
      "2",
    ])
    expect(namespaces).toEqual(["html", "svg", "svg", "html", "html"])
  })

  it("waits for options, and for what stands in text", async () => {
    const late = (content: Child, fallback?: Child) =>
      Suspense({ fallback, children: ticks().then(() => content as string) })
    expect(
      await collect(<select id="s">{late(<option>x</option>, <option>wait</option>)}</select>),
    ).toEqual(['-: <select id="s"><option>x</option></select>'])
    expect(await collect(<textarea id="t">{late("x", "wait")}</textarea>)).toEqual([
      '-: <textarea id="t">\nx</textarea>',
    ])
  })

  it("waits for rows, among which no placeholder can stand", async () => {
    const row = Suspense({ fallback: <tr />, children: ticks().then(() => <tr id="r" />) })
    expect(await collect(<tbody id="t">{row}</tbody>)).toEqual([
      '-: <tbody id="t"><tr id="r"></tr></tbody>',
    ])
  })
})
