// Async children, streaming in order, error boundaries, abort, and big output in parts.
import { Boundary, type Child, chunks, div, html, li, Markup, raw, render, settle, stream, toMarkup, ul } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { NitroError } from "../shared/errors.ts"

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
      expect(error).toMatchObject({ code: "NITRO_HTML_PENDING", fix: expect.stringContaining("await render(") })
    }
    expect(chunks(pending)).toBeUndefined()
  })

  it("render what they resolve to, in their place, whatever that is", async () => {
    const child = Promise.resolve(["<", Promise.resolve(html`<b>${Promise.resolve(1)}</b>`), null, [2n]])
    expect(await render(div({ id: "a" }, "[", child, "]"))).toBe('<div id="a">[&lt;<b>1</b>2]</div>')
    expect(await render("<")).toBe("&lt;")
    expect(await render([])).toBe("")
  })

  it("may be any thenable", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    const thenable = { then: (resolve: (value: string) => void) => resolve("<x>") } as PromiseLike<string>
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
    expect(await render(ul(Array.from({ length: 5 }, () => li(work()))))).toBe(`<ul>${"<li>x</li>".repeat(5)}</ul>`)
    expect(most).toBe(5)
  })

  it("reject the render with their own error, and a value of a wrong kind with ours", async () => {
    const error = new Error("no database")
    await expect(render(div(Promise.reject(error)))).rejects.toBe(error)
    await expect(render(div(Promise.resolve({ a: 1 }) as never))).rejects.toMatchObject({ code: "NITRO_HTML_CHILD" })
  })

  it("cause no unhandled rejection when nobody reads them", async () => {
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
    await expect(stream("x", { signal: AbortSignal.abort(new Error("gone")) }).next()).rejects.toThrow("gone")
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
    expect(await render(Boundary({ fallback: "x", children: [Promise.resolve("a"), "b"] }))).toBe("ab")
    expect(String(Boundary({ fallback: "x", children: "a" }))).toBe("a")
  })

  it("catches what throws at once when its children are a function", () => {
    const Broken = (): Markup => {
      throw new Error("now")
    }
    expect(String(<Boundary fallback="saved">{() => <Broken />}</Boundary>)).toBe("saved")
  })

  it("passes on the error of its own fallback", async () => {
    const fallback = (): Child => {
      throw new Error("twice")
    }
    await expect(render(Boundary({ fallback, children: Promise.reject(new Error("once")) }))).rejects.toThrow("twice")
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
