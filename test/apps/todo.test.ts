// Drives examples/todo in Chromium as people would: two pages, no JavaScript, a killed server, hostile titles.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { type Complaints, listenForComplaints, openBrowser } from "../support/browser.ts"

const file = "examples/todo/app.tsx"
let browser: Browser
let folder: ReturnType<typeof temporaryFolder>
let app: RunningApp
const contexts: BrowserContext[] = []

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser.close())

beforeEach(async () => {
  folder = temporaryFolder()
  app = await startApp(file, { cwd: folder.path })
}, 60_000)

afterEach(async () => {
  await Promise.all(contexts.splice(0).map(context => context.close()))
  await app.end()
  folder.clean()
})

async function open(
  path = "/",
  options: { javaScriptEnabled?: boolean } = {},
): Promise<Page & { complaints: Complaints }> {
  const context = await browser.newContext(options)
  contexts.push(context)
  const page = await context.newPage()
  const complaints = listenForComplaints(page)
  await page.goto(app.url + path)
  return Object.assign(page, { complaints })
}

const newTodo = (page: Page) => page.getByLabel("Add todo")
const titles = (page: Page) => page.getByLabel("Title")
const rows = (page: Page) => page.locator("main li:not(.empty-state)")

async function add(page: Page, title: string): Promise<void> {
  // A form that is under way takes no second Enter, and keeps what was typed.
  const pending = page.locator("form[data-pending]", { has: newTodo(page) })
  await pending.waitFor({ state: "detached" })
  await newTodo(page).fill(title)
  await newTodo(page).press("Enter")
}

async function expectTitles(page: Page, expected: string[]): Promise<void> {
  await expect
    .poll(
      () =>
        titles(page).evaluateAll(inputs =>
          inputs.map(input => (input as unknown as { value: string }).value),
        ),
      { timeout: 15_000 },
    )
    .toEqual(expected)
}

describe("two open pages", () => {
  it("stay in step without a reload when a todo is added, toggled, renamed and deleted", async () => {
    const [one, two] = await Promise.all([open(), open()])
    await two.evaluate(() => Object.assign(globalThis, { sameDocument: true }))

    await add(one, "Milk")
    await add(one, "Bread")
    await expectTitles(one, ["Milk", "Bread"])
    await expectTitles(two, ["Milk", "Bread"])
    await expect.poll(() => two.locator("main header p").textContent()).toBe("2 left, 0 done")
    expect(await newTodo(one).inputValue()).toBe("")

    await rows(two).nth(0).getByRole("checkbox").click()
    await expect
      .poll(() => rows(one).nth(0).getByRole("checkbox").getAttribute("aria-checked"))
      .toBe("true")
    await expect.poll(() => one.locator("main header p").textContent()).toBe("1 left, 1 done")

    await titles(one).nth(1).fill("Rye bread")
    await titles(one).nth(1).press("Enter")
    await expectTitles(two, ["Milk", "Rye bread"])

    await rows(one).nth(0).getByLabel("Delete").click()
    await expectTitles(two, ["Rye bread"])
    await expectTitles(one, ["Rye bread"])

    expect(
      await two.evaluate(() => (globalThis as unknown as { sameDocument?: boolean }).sameDocument),
    ).toBe(true)
    expect([...one.complaints.errors, ...two.complaints.errors]).toEqual([])
  })

  it("show each what its filter lets through, as todos move between the lists", async () => {
    const [active, done] = await Promise.all([open("/?show=active"), open("/?show=done")])
    await add(active, "Milk")
    await expectTitles(active, ["Milk"])
    await expectTitles(done, [])
    await rows(active).nth(0).getByRole("checkbox").click()
    await expectTitles(active, [])
    await expectTitles(done, ["Milk"])
  })

  it("keep what is being typed while the other page changes the same list", async () => {
    const [one, two] = await Promise.all([open(), open()])
    await add(one, "Milk")
    await expectTitles(two, ["Milk"])
    await titles(two).nth(0).focus()
    await titles(two).nth(0).fill("Milk, and unsent words")
    await rows(one).nth(0).getByRole("checkbox").click()
    await expect
      .poll(() => rows(two).nth(0).getByRole("checkbox").getAttribute("aria-checked"))
      .toBe("true")
    expect(await titles(two).nth(0).inputValue()).toBe("Milk, and unsent words")
    expect(
      await titles(two)
        .nth(0)
        .evaluate(input => input.matches(":focus")),
    ).toBe(true)
  })
})

describe("the head of the page", () => {
  it("says that the page is live, and that it reconnects while the server is away", async () => {
    const page = await open()
    const [live, lost] = [page.getByText("Live", { exact: true }), page.getByText("Reconnecting…")]
    await live.waitFor()
    expect(await lost.isVisible()).toBe(false)
    await app.end()
    await lost.waitFor({ timeout: 15_000 })
    expect(await live.isVisible()).toBe(false)
    expect(await lost.count()).toBe(1)
    expect(page.complaints.errors).toEqual([])
  })

  it("switches the theme, which the next load has before its first paint", async () => {
    const page = await open()
    const isDark = () => page.evaluate("document.documentElement.classList.contains('dark')")
    await page.getByLabel("Switch between light and dark").click()
    expect(await isDark()).toBe(true)
    await page.addInitScript(() => {
      const root = globalThis as unknown as Record<string, unknown>
      const frame = root["requestAnimationFrame"] as (run: () => void) => void
      frame(() => {
        const { documentElement } = root["document"] as { documentElement: { className: string } }
        root["firstFrame"] = documentElement.className
      })
    })
    await page.reload()
    await expect.poll(() => page.evaluate("globalThis.firstFrame")).toBe("dark")
    expect(await isDark()).toBe(true)
  })

  it("does without the badge and the switch where no script runs", async () => {
    const page = await open("/", { javaScriptEnabled: false })
    expect(await page.getByText("Live", { exact: true }).isVisible()).toBe(false)
    expect(await page.getByLabel("Switch between light and dark").isVisible()).toBe(false)
  })
})

describe("a title edited in its row", () => {
  const stored = async (): Promise<string[]> =>
    ((await (await fetch(`${app.url}/todos`)).json()) as { title: string }[]).map(
      todo => todo.title,
    )

  it("is saved when the field is left", async () => {
    const [one, two] = await Promise.all([open(), open()])
    await add(one, "Milk")
    await expectTitles(one, ["Milk"])
    await titles(one).nth(0).fill("Oat milk")
    await newTodo(one).focus()
    await expectTitles(two, ["Oat milk"])
    await one.reload()
    await expectTitles(one, ["Oat milk"])
  })

  it("is sent once by Enter", async () => {
    const page = await open()
    await add(page, "Milk")
    await expectTitles(page, ["Milk"])
    const posts: string[] = []
    page.on("request", request => request.method() === "POST" && posts.push(request.url()))
    await titles(page).nth(0).fill("Oat milk")
    await titles(page).nth(0).press("Enter")
    await expect.poll(stored).toEqual(["Oat milk"])
    await newTodo(page).focus()
    await page.waitForTimeout(100)
    expect(posts).toHaveLength(1)
  })

  it("is restored by Escape, with its message, and nothing is sent", async () => {
    const page = await open()
    await add(page, "Milk")
    await expectTitles(page, ["Milk"])
    await titles(page).nth(0).fill("")
    await titles(page).nth(0).press("Enter")
    await expect.poll(() => rows(page).nth(0).getByRole("alert").isVisible()).toBe(true)
    await titles(page).nth(0).press("Escape")
    await expectTitles(page, ["Milk"])
    await expect.poll(() => rows(page).nth(0).getByRole("alert").isVisible()).toBe(false)
    await newTodo(page).focus()
    expect(await stored()).toEqual(["Milk"])
  })
})

it("moves the focus to the neighbour of a deleted todo, and to the new one's field at the end", async () => {
  const page = await open()
  await add(page, "Milk")
  await add(page, "Bread")
  await expectTitles(page, ["Milk", "Bread"])
  await rows(page).nth(0).getByLabel("Delete").focus()
  await page.keyboard.press("Enter")
  await expectTitles(page, ["Bread"])
  await expect
    .poll(() =>
      rows(page)
        .nth(0)
        .getByLabel("Delete")
        .evaluate(button => button.matches(":focus")),
    )
    .toBe(true)
  await page.keyboard.press("Enter")
  await expectTitles(page, [])
  await expect.poll(() => newTodo(page).evaluate(input => input.matches(":focus"))).toBe(true)
  expect(await page.getByText("Nothing here").isVisible()).toBe(true)
})

it("clears what is done in every open page, with a button that says how many and is there for some alone", async () => {
  const [one, two] = await Promise.all([open(), open()])
  const clear = (page: Page) => page.getByRole("button", { name: /^Clear/ })
  await add(one, "Milk")
  await add(one, "Bread")
  await add(one, "Salt")
  await expectTitles(two, ["Milk", "Bread", "Salt"])
  expect(await clear(two).count()).toBe(0)
  await rows(two).nth(0).getByRole("checkbox").click()
  await one.getByRole("button", { name: "Clear 1 done" }).waitFor()
  await rows(two).nth(2).getByRole("checkbox").click()
  await one.getByRole("button", { name: "Clear 2 done" }).click()
  await expectTitles(one, ["Bread"])
  await expectTitles(two, ["Bread"])
  await expect.poll(() => clear(one).count()).toBe(0)
  await expect.poll(() => clear(two).count()).toBe(0)
})

it("has under 50 lines, none of them longer than 100 columns", () => {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n")
  expect(lines.length).toBeLessThan(50)
  expect(lines.filter(line => line.length > 100)).toEqual([])
})

describe("the buttons of a row", () => {
  const isFocused = (page: Page, row = 0) =>
    titles(page)
      .nth(row)
      .evaluate(input => input.matches(":focus"))

  async function withMilk(): Promise<Page & { complaints: Complaints; posts: string[] }> {
    const page = await open()
    await add(page, "Milk")
    await expectTitles(page, ["Milk"])
    const posts: string[] = []
    page.on("request", request => request.method() === "POST" && posts.push(request.url()))
    return Object.assign(page, { posts })
  }

  it("are a pencil, and while the title is edited a check that saves it once", async () => {
    const page = await withMilk()
    const row = rows(page).nth(0)
    await row.hover()
    expect(await row.getByRole("button", { name: "Save" }).count()).toBe(0)
    await row.getByRole("button", { name: "Edit Milk" }).click()
    expect(await isFocused(page)).toBe(true)
    expect(await page.evaluate("getSelection().toString()")).toBe("Milk")
    expect(await row.getByRole("button", { name: "Edit Milk" }).count()).toBe(0)
    expect(await row.getByRole("button", { name: "Delete Milk" }).count()).toBe(0)
    await page.keyboard.type("Oat milk")
    await row.getByRole("button", { name: "Save" }).click()
    expect(await isFocused(page)).toBe(false)
    await row.getByRole("button", { name: "Edit Oat milk" }).waitFor()
    await page.waitForTimeout(100)
    expect(page.posts).toHaveLength(1)
    await page.reload()
    await expectTitles(page, ["Oat milk"])
    expect(page.complaints.errors).toEqual([])
  })

  it("revert by the cross, with the message, and nothing is sent", async () => {
    const page = await withMilk()
    const row = rows(page).nth(0)
    await titles(page).nth(0).fill("Oat milk")
    await row.getByRole("button", { name: "Revert" }).click()
    await expectTitles(page, ["Milk"])
    expect(await isFocused(page)).toBe(false)
    await page.waitForTimeout(100)
    expect(page.posts).toEqual([])
    await titles(page).nth(0).fill("")
    await titles(page).nth(0).press("Enter")
    await row.getByRole("alert").waitFor()
    await row.getByRole("button", { name: "Revert" }).click()
    await expect.poll(() => row.getByRole("alert").isVisible()).toBe(false)
    await expectTitles(page, ["Milk"])
  })

  it("do without script what works there", async () => {
    const page = await open("/", { javaScriptEnabled: false })
    await add(page, "Milk")
    expect(await rows(page).nth(0).getByRole("button", { name: "Edit Milk" }).count()).toBe(0)
    expect(await rows(page).nth(0).getByRole("button", { name: "Delete Milk" }).count()).toBe(1)
    await rows(page).nth(0).getByRole("checkbox").click()
    await page.getByRole("button", { name: "Clear 1 done" }).click()
    expect(await rows(page).count()).toBe(0)
    expect(await page.getByRole("button", { name: /^Clear/ }).count()).toBe(0)
  })
})

describe("the keys", () => {
  const isFocused = (locator: ReturnType<Page["locator"]>) =>
    expect.poll(() => locator.evaluate(element => element.matches(":focus")))

  async function withTwo() {
    const page = await open()
    await add(page, "Milk")
    await add(page, "Bread")
    await expectTitles(page, ["Milk", "Bread"])
    return page
  }

  it("are named below the list, and on what they are for", async () => {
    const page = await withTwo()
    expect(await page.locator(".key-hints").innerText()).toMatch(
      /N\s+new\s+Space\s+done\s+F2\s+rename\s+Del\s+delete/,
    )
    const keysOf = (locator: ReturnType<Page["locator"]>) =>
      locator.getAttribute("aria-keyshortcuts")
    expect(await keysOf(newTodo(page))).toBe("N")
    expect(await keysOf(titles(page).nth(0))).toBe("F2")
    expect(await keysOf(rows(page).nth(0).getByLabel("Delete"))).toBe("Delete")
  })

  it("N goes to the field of a new todo, and is a letter in every field", async () => {
    const page = await withTwo()
    await page.getByRole("link", { name: "All" }).focus()
    await page.keyboard.press("n")
    await isFocused(newTodo(page)).toBe(true)
    await page.keyboard.type("Nan")
    expect(await newTodo(page).inputValue()).toBe("Nan")
    await titles(page).nth(0).focus()
    await page.keyboard.press("End")
    await page.keyboard.type("n")
    expect(await titles(page).nth(0).inputValue()).toBe("Milkn")
    await isFocused(titles(page).nth(0)).toBe(true)
  })

  it("Space, F2 and Del are for the row that has the focus", async () => {
    const page = await withTwo()
    const second = rows(page).nth(1)
    await second.getByRole("checkbox").focus()
    await page.keyboard.press("Space")
    await expect.poll(() => second.getByRole("checkbox").getAttribute("aria-checked")).toBe("true")
    await page.keyboard.press("F2")
    await isFocused(titles(page).nth(1)).toBe(true)
    await page.keyboard.type("Rye")
    await page.keyboard.press("Enter")
    await expectTitles(page, ["Milk", "Rye"])
    await second.getByRole("checkbox").focus()
    await page.keyboard.press("Delete")
    await expectTitles(page, ["Milk"])
    await isFocused(rows(page).nth(0).getByRole("checkbox")).toBe(true)
    expect(page.complaints.errors).toEqual([])
  })

  it("Del deletes nothing while typing, outside of the rows, held down or with another key", async () => {
    const page = await withTwo()
    const posts: string[] = []
    page.on("request", request => request.method() === "POST" && posts.push(request.url()))
    await titles(page).nth(0).focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Delete")
    expect(await titles(page).nth(0).inputValue()).toBe("ilk")
    await page.keyboard.press("Escape")
    await page.getByRole("link", { name: "All" }).focus()
    await page.keyboard.press("Delete")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Delete")
    await rows(page).nth(0).getByRole("checkbox").focus()
    await page.keyboard.press("Control+Delete")
    await page.keyboard.press("Shift+Delete")
    await page.waitForTimeout(150)
    expect(posts).toEqual([])
    await page.keyboard.down("Delete")
    for (let i = 0; i < 5; i++) await page.keyboard.down("Delete")
    await page.keyboard.up("Delete")
    await expectTitles(page, ["Bread"])
    await page.waitForTimeout(150)
    expect(posts).toHaveLength(1)
  })
})

it("shows all todos for a filter that does not exist", async () => {
  const page = await open("/?show=toString")
  await add(page, "Milk")
  await expectTitles(page, ["Milk"])
})

it("has check boxes of 16 px that a finger can hit", async () => {
  const page = await open()
  await add(page, "Milk")
  const box = await rows(page).nth(0).getByRole("checkbox").boundingBox()
  expect([box?.width, box?.height]).toEqual([16, 16])
  await page.mouse.click((box?.x ?? 0) - 10, (box?.y ?? 0) + 26)
  await expect
    .poll(() => rows(page).nth(0).getByRole("checkbox").getAttribute("aria-checked"))
    .toBe("true")
})

describe("validation", () => {
  for (const [name, typed, message] of [
    ["an empty title", "   ", "Please enter a title."],
    ["a title of 300 characters", "x".repeat(300), "At most 200 characters."],
  ] as const) {
    it(`shows a message by the field for ${name} and keeps what was typed`, async () => {
      const page = await open()
      await add(page, typed)
      await expect
        .poll(() => page.getByRole("alert").filter({ hasText: message }).isVisible())
        .toBe(true)
      expect(await newTodo(page).inputValue()).toBe(typed)
      await expect.poll(() => newTodo(page).getAttribute("aria-invalid")).toBe("true")
      await add(page, "Milk")
      await expectTitles(page, ["Milk"])
      await expect
        .poll(() => page.getByRole("alert").filter({ hasText: message }).isVisible())
        .toBe(false)
      expect(page.complaints.errors).toEqual([])
    })
  }

  it("shows the message of a refused rename in its own row", async () => {
    const page = await open()
    await add(page, "Milk")
    await add(page, "Bread")
    await expectTitles(page, ["Milk", "Bread"])
    await titles(page).nth(1).fill("y".repeat(300))
    await titles(page).nth(1).press("Enter")
    await expect.poll(() => rows(page).nth(1).getByRole("alert").isVisible()).toBe(true)
    expect(await rows(page).nth(0).getByRole("alert").isVisible()).toBe(false)
    expect(await titles(page).nth(1).inputValue()).toBe("y".repeat(300))
  })
})

describe("without JavaScript", () => {
  it("adds, toggles, renames, filters and deletes by form posts and redirects", async () => {
    const page = await open("/", { javaScriptEnabled: false })
    await add(page, "Milk")
    await add(page, "Bread")
    expect(
      await titles(page).evaluateAll(inputs => inputs.map(input => input.getAttribute("value"))),
    ).toEqual(["Milk", "Bread"])
    await rows(page).nth(0).getByRole("checkbox").click()
    expect(await rows(page).nth(0).getByRole("checkbox").getAttribute("aria-checked")).toBe("true")
    await page.getByRole("link", { name: "active" }).click()
    expect(await rows(page).count()).toBe(1)
    await titles(page).nth(0).fill("Rye bread")
    await titles(page).nth(0).press("Enter")
    expect(page.url()).toContain("show=active")
    expect(await titles(page).nth(0).getAttribute("value")).toBe("Rye bread")
    await rows(page).nth(0).getByLabel("Delete").click()
    expect(await rows(page).count()).toBe(0)
    await page.getByRole("link", { name: "all" }).click()
    expect(await rows(page).count()).toBe(1)
  })

  for (const [name, typed, message] of [
    ["an empty title", "", "Please enter a title."],
    ["a title of 300 characters", "x".repeat(300), "At most 200 characters."],
    ["a title too long for a cookie", "z".repeat(20_000), "At most 200 characters."],
  ] as const) {
    it(`shows a message by the field for ${name}, keeps what was typed, and forgets both afterwards`, async () => {
      const page = await open("/", { javaScriptEnabled: false })
      await newTodo(page).fill(typed)
      await newTodo(page).press("Enter")
      expect(await page.getByText(message).isVisible()).toBe(true)
      expect(await newTodo(page).inputValue()).toBe(typed)
      await page.goto(app.url)
      expect(await newTodo(page).inputValue()).toBe("")
      expect(await page.getByText(message).isVisible()).toBe(false)
    })
  }
})

describe("hostile titles", () => {
  for (const title of [
    "<img src=x onerror=alert(1)>",
    "'); @post('/x",
    '"><script>alert(1)</script>',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the attack is a template placeholder in a plain string.
    "${alert(1)}",
    "$_todo_create",
    "</li></ul><h1>out</h1>",
  ]) {
    it(`stay text: ${title}`, async () => {
      const [one, two] = await Promise.all([open(), open()])
      const requests: string[] = []
      two.on("request", request => requests.push(new URL(request.url()).pathname))
      await add(one, title)
      await expectTitles(one, [title])
      await expectTitles(two, [title])
      await two.reload()
      await expectTitles(two, [title])
      expect(await two.locator("main img, main script, main ul h1").count()).toBe(0)
      expect(requests).not.toContain("/x")
      expect([...one.complaints.dialogs, ...two.complaints.dialogs]).toEqual([])
      expect([...one.complaints.errors, ...two.complaints.errors]).toEqual([])
    })
  }
})

describe("a server that dies", () => {
  it("is found again by both pages, which then show the truth", async () => {
    const [one, two] = await Promise.all([open(), open()])
    await add(one, "Before")
    await expectTitles(two, ["Before"])
    await newTodo(two).fill("half a thought")

    await app.end("SIGKILL")
    const { port } = app
    app = await startApp(file, { cwd: folder.path, port })
    const third = await open()
    await add(third, "After")

    await expectTitles(one, ["Before", "After"])
    await expectTitles(two, ["Before", "After"])
    expect(await newTodo(two).inputValue()).toBe("half a thought")
    await add(two, "And on")
    await expectTitles(one, ["Before", "After", "And on"])
  }, 60_000)

  it("keeps every add that it acknowledged before kill -9", async () => {
    const acknowledged: string[] = []
    const body = (title: string) => JSON.stringify({ title })
    const post = async (title: string) => {
      const response = await fetch(`${app.url}/todos`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: body(title),
      })
      if (response.status === 201) acknowledged.push(title)
    }
    const titlesToAdd = Array.from({ length: 200 }, (_, index) => `todo ${index}`)
    let killed: Promise<unknown> | undefined
    await Promise.allSettled(
      Array.from({ length: 8 }, async () => {
        for (let title = titlesToAdd.shift(); title !== undefined; title = titlesToAdd.shift()) {
          await post(title)
          if (acknowledged.length >= 100) killed ??= app.end("SIGKILL")
        }
      }),
    )
    await killed
    expect(acknowledged.length).toBeGreaterThanOrEqual(100)
    expect(acknowledged.length).toBeLessThan(200)
    app = await startApp(file, { cwd: folder.path })
    const stored = (await (await fetch(`${app.url}/todos?limit=200`)).json()) as { title: string }[]
    expect(acknowledged.filter(title => !stored.some(todo => todo.title === title))).toEqual([])
  }, 60_000)

  it("ends cleanly on SIGTERM and SIGINT while pages are open", async () => {
    await open()
    expect(await app.end("SIGTERM")).toBe(0)
    app = await startApp(file, { cwd: folder.path })
    await open()
    expect(await app.end("SIGINT")).toBe(0)
    app = await startApp(file, { cwd: folder.path })
  }, 60_000)
})

it("lives in memory when the one line that names its store is left out", async () => {
  const source = readFileSync(file, "utf8")
  const lines = source.split("\n")
  const swapped = lines.filter(line => !line.includes("static store"))
  expect(lines.length - swapped.length).toBe(1)
  mkdirSync("test/output", { recursive: true })
  const copy = `test/output/todo-in-memory-${process.pid}.tsx`
  writeFileSync(copy, swapped.join("\n"))
  try {
    await app.end()
    app = await startApp(copy, { cwd: folder.path })
    const [one, two] = await Promise.all([open(), open()])
    await add(one, "Milk")
    await expectTitles(two, ["Milk"])
    await rows(two).nth(0).getByRole("checkbox").click()
    await expect.poll(() => one.locator("main header p").textContent()).toBe("0 left, 1 done")
    await add(one, "   ")
    await expect
      .poll(() => one.getByRole("alert").filter({ hasText: "Please enter a title." }).isVisible())
      .toBe(true)

    const { port } = app
    await app.end("SIGKILL")
    app = await startApp(copy, { cwd: folder.path, port })
    await expectTitles(two, [])
  } finally {
    rmSync(copy)
  }
}, 60_000)
