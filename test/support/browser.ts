// A real Chromium for tests that drive whole applications.
import { type Browser, chromium, type Page } from "playwright-core"
import { chromiumArgs, chromiumPath } from "./chromium.ts"

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs, headless: true })
}

/** Problems of a page: uncaught errors, console errors and dialogs, which no test expects silently. */
export interface Complaints {
  readonly errors: string[]
  readonly dialogs: string[]
}

/** Collects a page's complaints. A refused connection is not one: tests kill servers on purpose. */
export function listenForComplaints(page: Page): Complaints {
  const complaints: Complaints = { errors: [], dialogs: [] }
  page.on("pageerror", error => complaints.errors.push(String(error)))
  page.on("console", message => {
    if (
      message.type() === "error" &&
      !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|ERR_SOCKET/.test(message.text())
    )
      complaints.errors.push(message.text())
  })
  page.on("dialog", dialog => {
    complaints.dialogs.push(dialog.message())
    dialog.dismiss().catch(() => undefined)
  })
  return complaints
}
