import { afterEach, beforeAll, expect, it } from "vitest"
import { element, loadClient, render, settled } from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

async function patch(options: Readonly<Record<string, string>>): Promise<void> {
  document.dispatchEvent(
    new CustomEvent("datastar-fetch", {
      detail: { type: "datastar-patch-elements", el: document.body, argsRaw: options },
    }),
  )
  await settled()
}

const row = (id: string) =>
  `<li id="${id}"><input name="title" aria-label="Title"><button aria-label="Delete">x</button></li>`
const page = (...ids: string[]) =>
  `<div id="host"><header><input id="new"></header><ul id="list">${ids.map(row).join("")}</ul><footer><a href="/">All</a></footer></div>`

const focusDelete = (id: string) => (element(`#${id} button`) as HTMLElement).focus()
const focused = (): string => {
  const active = document.activeElement as Element
  return `${active.closest("li")?.id ?? active.id} ${active.getAttribute("aria-label") ?? ""}`.trim()
}

it("moves to the same control of the next row when its row is removed", async () => {
  await render(page("a", "b", "c"))
  focusDelete("b")
  await patch({ mode: "remove", selector: "#b" })
  expect(focused()).toBe("c Delete")
})

it("moves to the row before when the last one is removed", async () => {
  await render(page("a", "b"))
  focusDelete("b")
  await patch({ mode: "remove", selector: "#b" })
  expect(focused()).toBe("a Delete")
})

it("moves out of a list that became empty", async () => {
  await render(page("a"))
  focusDelete("a")
  await patch({ elements: `<ul id="list"><li>Nothing here</li></ul>` })
  expect(focused()).toBe("new")
})

it("stays where it is while its element stays", async () => {
  await render(page("a", "b"))
  focusDelete("a")
  await patch({ mode: "remove", selector: "#b" })
  expect(focused()).toBe("a Delete")
})

it("is not taken when nothing had it", async () => {
  await render(page("a", "b"))
  ;(document.activeElement as HTMLElement | null)?.blur()
  await patch({ mode: "remove", selector: "#a" })
  expect(document.activeElement).toBe(document.body)
})
