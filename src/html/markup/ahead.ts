// Renders content before the page around it is: the response that sends it later still fails for what needed an app in it.
import type { Ahead } from "../../shared/responding.ts"
import { type Markup, Parts, Sequence } from "./markup.ts"

/** The markup of `render`, with a last part that throws in a response when something in it needed an app. */
export async function renderAhead(ahead: Ahead, render: () => Promise<Markup>): Promise<Markup> {
  const markup = await ahead.run(render)
  const assertApp = ahead.lateNeed()
  // Last: the element of late content is read from its first part.
  return assertApp === undefined ? markup : new Parts([...markup.parts, check(assertApp)])
}

/** A part without text that calls `assert` each time it is rendered. */
function check(assert: () => void): Sequence {
  return new Sequence({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        assert()
        return { done: true, value: undefined }
      },
    }),
  })
}
