// Two mounted apps behind compression and body parsers, in Chromium: pages load, forms send, and open pages follow, each below its path.
import { createServer } from "node:http"
import compression from "compression"
import express from "express"
import { call, expose, live, Page } from "nitro-ts"
import { ActionInput } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { layout } from "nitro-ts/html"
import { nitro } from "nitro-ts/node"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { z } from "zod"
import { openBrowser } from "../support/browser.ts"
import { type Host, listen } from "../support/hosts.ts"

const Shell = layout<{ title: string }>(({ title, children }) => (
  <Page title={title}>{children}</Page>
))

let browser: Browser
let host: Host
beforeAll(async () => {
  browser = await openBrowser()
  const app = express().use(
    compression({ threshold: 0 }),
    express.json(),
    express.urlencoded({ extended: true }),
  )
  for (const path of ["/a", "/b"]) {
    class Note extends Entity("Note", { text: z.string().min(1) }) {
      static store = memory()
    }
    const router = express.Router().use(nitro({ entities: [expose(Note)] }))
    router.get(
      "/",
      Shell.wrap({ title: path }, () => (
        <main>
          <ActionInput call={call(Note, "create")} name="text" label="Text" />
          {live(Note.where(), note => (
            <li id={note.domId}>{note.text}</li>
          ))}
        </main>
      )) as express.RequestHandler,
    )
    app.use(path, router)
  }
  host = await listen(createServer(app))
}, 60_000)
afterAll(async () => {
  await browser.close()
  await host.close()
})

it.each([
  ["with script", true],
  ["without script", false],
])("works %s", async (_, javaScriptEnabled) => {
  const context = await browser.newContext({ javaScriptEnabled })
  const watcher = await browser.newPage()
  const failed: string[] = []
  const errors: string[] = []
  for (const page of [await context.newPage(), watcher]) {
    page.on("response", response => void (response.status() >= 400 && failed.push(response.url())))
    page.on("console", message => void (message.type() === "error" && errors.push(message.text())))
  }
  const [page] = context.pages()
  for (const path of ["/a", "/b"]) {
    await watcher.goto(`${host.url}${path}`)
    await page?.goto(`${host.url}${path}`)
    const text = `from ${path} ${_}`
    await page?.getByLabel("Text").fill(text)
    await page?.getByLabel("Text").press("Enter")
    await watcher.getByText(text).waitFor()
    await page?.getByText(text).waitFor()
    expect(new URL(page?.url() ?? "").pathname.replace(/\/$/, "")).toBe(path)
  }
  expect([failed, errors]).toEqual([[], []])
  await context.close()
  await watcher.close()
})
