// Loaded with --import: writes the URL of every module that is loaded to the file that NITRO_TRACE names.
import { appendFileSync } from "node:fs"
import { register } from "node:module"

const file = process.env["NITRO_TRACE"]

// The file is its own hooks: Node runs them in a thread of their own, where `register` was not asked for.
if (file && new URL(import.meta.url).search !== "?hooks") register(`${import.meta.url}?hooks`)

export async function load(url, context, nextLoad) {
  if (file) appendFileSync(file, `${url}\n`)
  return await nextLoad(url, context)
}
