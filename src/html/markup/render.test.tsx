// Async children, streaming in order, error boundaries, abort, and big output in parts.
import {
  Boundary,
  type Child,
  chunks,
  div,
  html,
  li,
  Markup,
  raw,
  render,
  Suspense,
  stream,
  ul,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { NitroError } from "../../shared/errors.ts"
import { settle, toMarkup } from "../internal.ts"

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((ok, fail) => {
    resolve = ok
    reject = fail
  })
  return { promise, resolve, reject }
}

const collect = async (child: Child): Promise<string[]> => {
  const parts: string[] = []
  for await (const part of stream(child)) parts.push(part)
  return parts
}

describe("async children", () => {
  it("have no text until they are awaited, and the error says how", () => {
    const pending = html`<p>${Promise.resolve("x")}</p>`
    expect(() => String(pending)).toThrow(NitroError)
    try {
      pending.toString()
    } catch (error) {
      expect(error).toMatchObject({
        code: "NITRO_HTML_PENDING",
        fix: expect.stringContaining("await render("),
      })
    }
    expect(chunks(pending)).toBeUndefined()
  })

  it("render what they resolve to, in their place, whatever that is", async () => {
    const child = Promise.resolve([
      "<",
      Promise.resolve(html`<b>${Promise.resolve(1)}</b>`),
      null,
      [2n],
    ])
    expect(await render(div({ id: "a" }, "[", child, "]"))).toBe(
      '<div id="a">[&lt;<b>1</b>2]</div>',
    )
    expect(await render("<")).toBe("&lt;")
    expect(await render([])).toBe("")
  })

  it("may be any thenable", async () => {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      then: (resolve: (value: string) => void) => resolve("<x>"),
    } as PromiseLike<string>
    expect(await render(html`<p>${thenable}</p>`)).toBe("<p>&lt;x&gt;</p>")
  })

  it("all run at the same time", async () => {
    let running = 0
    let most = 0
    const work = async (): Promise<string> => {
      most = Math.max(most, ++running)
      await new Promise(done => setTimeout(done, 5))
      running--
      return "x"
    }
    expect(await render(ul(Array.from({ length: 5 }, () => li(work()))))).toBe(
      `<ul>${"<li>x</li>".repeat(5)}</ul>`,
    )
    expect(most).toBe(5)
  })

  it("reject the render with their own error, and a value of a wrong kind with ours", async () => {
    const error = new Error("no database")
    await expect(render(div(Promise.reject(error)))).rejects.toBe(error)
    await expect(render(div(Promise.resolve({ a: 1 }) as never))).rejects.toMatchObject({
      code: "NITRO_HTML_CHILD",
    })
  })

  it("cause no unhandled rejection when they are not read", async () => {
    const seen: unknown[] = []
    const listen = (reason: unknown): void => void seen.push(reason)
    process.on("unhandledRejection", listen)
    html`<p>${Promise.reject(new Error("a"))}</p>`
    Boundary({
      fallback: () => {
        throw new Error("b")
      },
      children: Promise.reject(new Error("c")),
    })
    const iterator = stream([Promise.reject(new Error("d")), Promise.reject(new Error("e"))])
    await expect(iterator.next()).rejects.toThrow("d")
    await new Promise(done => setTimeout(done, 10))
    process.off("unhandledRejection", listen)
    expect(seen).toEqual([])
  })

  it("can be rendered twice", async () => {
    const markup = html`<p>${Promise.resolve("x")}</p>`
    expect([await render(markup), await render(markup)]).toEqual(["<p>x</p>", "<p>x</p>"])
  })

  it("settle into finished markup", async () => {
    const settled = await settle(div(Promise.resolve(html`<b>${Promise.resolve("x")}</b>`)))
    expect(settled).toBeInstanceOf(Markup)
    expect(String(settled)).toBe("<div><b>x</b></div>")
  })
})

describe("render with a signal", () => {
  it("rejects with its reason, and ends the work behind what is suspended and behind generators", async () => {
    const log: string[] = []
    async function* forever(): AsyncGenerator<Child> {
      try {
        yield "a"
        await new Promise(done => setTimeout(done, 30))
        yield "b"
        log.push("went on")
      } finally {
        log.push("closed")
      }
    }
    const work = (name: string) =>
      Suspense({
        children: ({ signal }) =>
          new Promise<string>(() => signal.addEventListener("abort", () => log.push(name))),
      })
    for (const [page, expected] of [
      [() => html`<p>${work("one")}${work("two")}</p>`, ["one", "two"]],
      [() => html`<p>${forever()}${work("behind")}</p>`, ["behind", "closed"]],
      [() => html`<p>${new Promise<never>(() => {})}${work("beside")}</p>`, ["beside"]],
      [() => Promise.resolve(html`<p>${work("nested")}</p>`), ["nested"]],
    ] as const) {
      log.length = 0
      const abort = new AbortController()
      const rendering = render(page(), { signal: abort.signal })
      await new Promise(done => setTimeout(done, 10))
      abort.abort(new Error("gone"))
      await expect(rendering).rejects.toThrow("gone")
      await expect.poll(() => [...log].sort()).toEqual(expected)
    }
  })

  it("rejects at once when it is aborted already, and not when it is never aborted", async () => {
    await expect(
      render(html`<p>${new Promise<never>(() => {})}</p>`, { signal: AbortSignal.abort("before") }),
    ).rejects.toBe("before")
    const { signal } = new AbortController()
    expect(await render(html`<p>${Promise.resolve("x")}</p>`, { signal })).toBe("<p>x</p>")
    expect(String(await settle(html`<p>${Promise.resolve("x")}</p>`, { signal }))).toBe("<p>x</p>")
  })

  it("ends the work of the others when one child fails", async () => {
    const ended: string[] = []
    const work = Suspense({
      children: ({ signal }) =>
        new Promise<string>(() => signal.addEventListener("abort", () => ended.push("ended"))),
    })
    await expect(render([Promise.reject(new Error("failed")), work])).rejects.toThrow("failed")
    expect(ended).toEqual(["ended"])
  })
})

describe("a promise that is not needed", () => {
  const fail = (): Promise<never> => Promise.reject(new Error("not needed"))
  const bad = { a: 1 } as never

  it.each<[string, () => unknown]>([
    ["as the fallback of a boundary", () => Boundary({ fallback: fail(), children: "x" })],
    ["in a list of fallbacks", () => Boundary({ fallback: ["a", [fail()]], children: "x" })],
    [
      "in markup as a fallback",
      () => Boundary({ fallback: html`<p>${fail()}</p>`, children: Promise.resolve("x") }),
    ],
    [
      "as the fallback of children that are ready",
      () => Suspense({ fallback: fail(), children: "x" }),
    ],
    [
      "as the fallback of children that are not",
      () => Suspense({ fallback: fail(), children: Promise.resolve("x") }),
    ],
    ["behind a value that is refused, in a template", () => html`<p>${bad}${fail()}</p>`],
    [
      "behind an attribute that is refused, in a template",
      () => html`<p title=${bad}>${fail()}${[fail()]}</p>`,
    ],
    ["as an attribute, in a template", () => html`<p title=${fail()}></p>`],
    ["behind a value that is refused, in a tag", () => div(bad, "x", fail())],
    ["behind attributes that are refused, in a tag", () => div({ title: bad }, fail())],
    ["behind a value that is refused, in JSX", () => <p>{[bad, fail()]}</p>],
    ["behind an attribute that is refused, in JSX", () => <p title={bad}>{fail()}</p>],
    ["as an attribute, in JSX", () => <p title={fail() as never}>x</p>],
  ])("ends no process: %s", async (_, build) => {
    const seen: unknown[] = []
    const listen = (reason: unknown): void => void seen.push(reason)
    process.on("unhandledRejection", listen)
    try {
      build()
    } catch {
      // Refused values throw.
    }
    await new Promise(done => setTimeout(done, 10))
    process.off("unhandledRejection", listen)
    expect(seen).toEqual([])
  })

  it("rejects where it is needed: a fallback that fails is the error of the page", async () => {
    const page = () => Boundary({ fallback: fail(), children: Promise.reject(new Error("first")) })
    await expect(render(page())).rejects.toThrow("not needed")
    await expect(collect(page())).rejects.toThrow("not needed")
  })
})

describe("lists in lists", () => {
  const nest = (depth: number, inner: unknown): Child => {
    let list = inner
    for (let i = 0; i < depth; i++) list = [list]
    return list as Child
  }
  const cycle: unknown[] = []
  cycle.push(cycle)

  it("render to a depth of 500, and are refused beyond it", async () => {
    expect(await render(nest(500, "x"))).toBe("x")
    for (const list of [
      nest(502, "x"),
      nest(5000, "x"),
      nest(50_000, "x"),
      cycle as Child,
      nest(5000, new Set(["x"])),
    ]) {
      for (const build of [
        () => div(list),
        () => html`<p>${list}</p>`,
        () => <p>{list}</p>,
        () => toMarkup(list),
      ]) {
        expect(build).toThrow(
          expect.objectContaining({
            code: "NITRO_HTML_CHILD",
            fix: expect.stringContaining("Flatten"),
          }),
        )
      }
    }
    // The next page starts anew.
    expect(await render(nest(500, "x"))).toBe("x")
  })

  it("are refused as classes and as data, too", () => {
    for (const list of [nest(5000, "x"), cycle]) {
      expect(() => div({ class: list as never })).toThrow(
        expect.objectContaining({ code: "NITRO_HTML_ATTRIBUTE" }),
      )
      expect(() => div({ "data-signals": { a: list } })).toThrow(
        expect.objectContaining({ code: "NITRO_HTML_EXPRESSION" }),
      )
    }
    for (const data of [nest(50_000, "x"), cycle, { a: 1n }]) {
      expect(() => html`<script>const a = ${data}</script>`).toThrow(
        expect.objectContaining({ code: "NITRO_HTML_CONTEXT" }),
      )
    }
  })

  it("of elements may be as deep as they like", () => {
    let tree: Markup = html`x`
    for (let i = 0; i < 5000; i++) tree = div(tree)
    expect(String(tree)).toBe(`${"<div>".repeat(5000)}x${"</div>".repeat(5000)}`)
  })
})

describe("markup as JSON", () => {
  it("is refused with what to write, wherever it stands", () => {
    for (const value of [
      html`<p>x</p>`,
      raw("x"),
      div({ id: "a" }),
      html`<p>${Promise.resolve("x")}</p>`,
    ]) {
      for (const json of [value, { page: value }, [value]]) {
        expect(() => JSON.stringify(json)).toThrow(
          expect.objectContaining({
            code: "NITRO_HTML_JSON",
            fix: expect.stringContaining("String(markup)"),
          }),
        )
      }
    }
    expect(() => html`<script>const a = ${{ b: html`<p>` }}</script>`).toThrow(
      expect.objectContaining({ code: "NITRO_HTML_JSON" }),
    )
    expect(() => div({ "data-signals": { a: html`<p>` } })).toThrow(
      expect.objectContaining({ code: "NITRO_HTML_JSON" }),
    )
  })

  it("is its text in a snapshot", () => {
    expect(html`<p>${"<"}</p>`).toMatchInlineSnapshot(`"<p>&lt;</p>"`)
    expect(html`<p>${Promise.resolve("x")}</p>`).toMatchInlineSnapshot(
      `"markup that waits for an async child"`,
    )
  })
})

describe("stream", () => {
  it("sends what stands before a pending child at once, in document order", async () => {
    const first = deferred<string>()
    const second = deferred<string>()
    const iterator = stream(html`<a>${first.promise}</a><b>${second.promise}</b>`)
    expect(await iterator.next()).toEqual({ done: false, value: "<a>" })
    const next = iterator.next()
    second.resolve("2")
    first.resolve("1")
    expect((await next).value).toMatch(/^1<\/a><b>/)
    let rest = (await next).value as string
    for await (const part of iterator) rest += part
    expect(rest).toBe("1</a><b>2</b>")
  })

  it("sends small finished pieces as one", async () => {
    expect(await collect(html`<p>${Promise.resolve("x")}</p>`)).toEqual(["<p>x</p>"])
  })

  it("ends with the reason of an abort, while a child is pending", async () => {
    const never = deferred<string>()
    const abort = new AbortController()
    const iterator = stream(html`<p>${never.promise}</p>`, { signal: abort.signal })
    expect((await iterator.next()).value).toBe("<p>")
    const next = iterator.next()
    abort.abort(new Error("gone"))
    await expect(next).rejects.toThrow("gone")
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    never.reject(new Error("too late"))
  })

  it("throws at once when it is aborted before it starts", async () => {
    await expect(
      stream("x", { signal: AbortSignal.abort(new Error("gone")) }).next(),
    ).rejects.toThrow("gone")
  })

  it("takes a thousand nested async components without a deep stack", async () => {
    let nested: Child = "x"
    for (let i = 0; i < 1000; i++) nested = Promise.resolve(div(nested))
    expect(await render(nested)).toHaveLength(1 + 1000 * "<div></div>".length)
  })
})

describe("Boundary", () => {
  const Failing = async (): Promise<Child> => {
    throw new Error("<down>")
  }

  it("shows the fallback in the place of all its children", async () => {
    const page = (
      <main>
        <Boundary fallback={error => <p>{(error as Error).message}</p>}>
          <b>before</b>
          <Failing />
        </Boundary>
        <i>after</i>
      </main>
    )
    expect(await render(page)).toBe("<main><p>&lt;down&gt;</p><i>after</i></main>")
  })

  it("leaves children alone that work", async () => {
    expect(await render(Boundary({ fallback: "x", children: [Promise.resolve("a"), "b"] }))).toBe(
      "ab",
    )
    expect(String(Boundary({ fallback: "x", children: "a" }))).toBe("a")
  })

  it("catches what throws at once when its children are a function", () => {
    const Broken = (): Markup => {
      throw new Error("now")
    }
    expect(String(<Boundary fallback="saved">{() => <Broken />}</Boundary>)).toBe("saved")
  })

  it("passes on the error of its fallback", async () => {
    const fallback = (): Child => {
      throw new Error("twice")
    }
    await expect(
      render(Boundary({ fallback, children: Promise.reject(new Error("once")) })),
    ).rejects.toThrow("twice")
  })

  it("sends what stands before it while it waits", async () => {
    const child = deferred<string>()
    const iterator = stream(html`<p>a</p>${Boundary({ fallback: "x", children: child.promise })}`)
    expect((await iterator.next()).value).toBe("<p>a</p>")
    child.reject(new Error("x"))
    expect((await iterator.next()).value).toBe("x")
  })
})

describe("big output", () => {
  const row = (i: number): Markup => html`<li>${"x".repeat(100)}${i}</li>`
  const rows = Array.from({ length: 5000 }, (_, i) => row(i))
  const expected = `<ul>${rows.join("")}</ul>`

  it.each([
    ["html``", () => html`<ul>${rows}</ul>`],
    ["tags", () => ul(rows)],
    ["tags with many arguments", () => ul(...rows)],
    ["JSX", () => <ul>{rows}</ul>],
    ["nesting", () => html`${ul(rows.slice(0, 2500)).parts.length > 1 ? raw(expected) : ""}`],
  ])("of %s comes in parts of 16 to 48 K characters", (name, build) => {
    const parts = chunks(build()) as readonly string[]
    expect(parts.join("")).toBe(expected)
    if (name === "nesting") return
    expect(parts.length).toBeGreaterThan(10)
    for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThan(10_000)
    for (const part of parts) expect(part.length).toBeLessThan(50_000)
  })

  it("is text as well", () => {
    expect(String(ul(rows))).toBe(expected)
    expect(toMarkup(rows).toString()).toBe(rows.join(""))
  })

  it("nests without small or repeated pieces", () => {
    let nested: Child = rows
    for (let i = 0; i < 20; i++) nested = i % 2 ? div(nested, "x") : html`<b>${nested}</b>`
    const parts = chunks(nested as Markup) as readonly string[]
    expect(parts.length).toBeLessThan(40)
    expect(parts.join("")).toContain(rows.join(""))
  })
})
