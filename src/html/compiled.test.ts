// The tag that compiled JSX calls.
import { html } from "nitro-ts/html"
import { compiledHtml } from "nitro-ts/html/jsx-runtime"
import { expect, it } from "vitest"

it("prints static text beyond ASCII as it is written, where html`` prints references", () => {
  expect(String(html`<p title="é">é😀${"é"}</p>`)).toBe('<p title="&#233;">&#233;&#128512;é</p>')
  expect(String(compiledHtml`<p title="é">é😀${"é"}</p>`)).toBe('<p title="é">é😀é</p>')
})
