// npm run docs: writes what the docs take from the sources. test/errors.test.ts and test/docs.test.ts keep it true.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { filesBelow, root, shippedSources } from "../test/support/imports.ts"
import { withIncludedSources } from "../test/support/markdown.ts"
import { clientErrorCodes } from "./support/client-error-codes.ts"
import { errorsPage, readErrorCodes } from "./support/error-codes.ts"
import { publicNames, publicNamesPage } from "./support/public-names.ts"

function write(path: string, text: string): void {
  const file = join(root, path)
  let before = ""
  try {
    before = readFileSync(file, "utf8")
  } catch {
    // The page is new.
  }
  if (before === text) return
  writeFileSync(file, text)
  process.stdout.write(`wrote ${path}\n`)
}

write(
  "docs/reference/errors.md",
  errorsPage([...readErrorCodes(shippedSources()).registered, ...clientErrorCodes]),
)
write("docs/reference/public-names.md", publicNamesPage(publicNames()))
const guides = filesBelow("docs/guide", /\.md$/).map(({ path }) => path)
for (const path of ["README.md", ...guides]) {
  write(path, withIncludedSources(path, readFileSync(join(root, path), "utf8")))
}
