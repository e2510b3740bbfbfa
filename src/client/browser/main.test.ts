import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { element, frame, isOfficial, loadClient, render, settled } from "./support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

describe.skipIf(isOfficial)("the client", () => {
  const strict = "script-src 'nonce-n' 'strict-dynamic'"

  it.each([
    ["script-src * 'unsafe-inline' 'unsafe-eval'", "", []],
    [strict, "", ["eval"]],
    [strict, '<meta name="nitro-expressions" content="interpret">', []],
  ])(
    "works as apps serve it, under the policy %j with %j in its head",
    async (policy, head, expectedViolations) => {
      const { page, violations } = await frame(
        policy,
        head,
        `<div data-signals="{n: 1, list: [1, 2]}"><button id="b" data-on:click="$n += $list.length; if ($n > 4) { $done = 'yes' }"></button><p id="out" data-text="\`n = \${$n} \${$done}\`"></p></div>`,
      )
      await expect.poll(() => page.querySelector("#out")!.textContent).toBe("n = 1 ")
      page.querySelector<HTMLElement>("#b")!.click()
      page.querySelector<HTMLElement>("#b")!.click()
      await expect.poll(() => page.querySelector("#out")!.textContent).toBe("n = 5 yes")
      expect(violations).toEqual(expectedViolations)
      if (policy === strict)
        expect(() =>
          (page.defaultView as unknown as { eval: (source: string) => void }).eval("1"),
        ).toThrow()
    },
  )

  it("starts once however often it is loaded", async () => {
    await render(
      `<div data-signals="{starts: 0}"><i data-init="$starts++"></i></div><p id="out" data-text="$starts"></p>`,
    )
    const copy = (await import(
      /* @vite-ignore */ `${new URL("./main.ts", import.meta.url).href}?copy`
    )) as typeof import("./main.ts")
    await settled()
    expect(element("#out").textContent).toBe("1")
    expect(copy.action).toBeTypeOf("function")
  })

  it("takes actions and attributes of the page, also through a second copy", async () => {
    const { action, attribute } = (await import(
      /* @vite-ignore */ `${new URL("./main.ts", import.meta.url).href}?other`
    )) as typeof import("./main.ts")
    const copied = vi.fn()
    action("copy", ({ el }, text: string) => copied(el.id, text))
    attribute({
      name: "shout",
      returnsValue: true,
      apply: ({ el, run, effect }) =>
        effect(() => el.replaceChildren(`${String(run())}!`), "content"),
    })
    await render(
      `<button id="b" data-signals:word="'hey'" data-on:click="@copy($word)" data-shout="$word"></button>`,
    )
    element("#b").click()
    expect(copied).toHaveBeenCalledWith("b", "hey")
    expect(element("#b").textContent).toBe("hey!")
    // Rewritten on every run, and watching what it writes: still no endless loop.
    element("#b").textContent = "other"
    await settled()
    expect(element("#b").textContent).toBe("hey!")
  })

  it("adds nothing to the page's globals", () => {
    expect(Object.keys(window).filter(name => /datastar|nitro/i.test(name))).toEqual([])
  })
})
