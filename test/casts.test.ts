// Types are proven, not claimed: casts, `any`, `!` and ts-ignore are counted, and those without a reason beside them may only become fewer.
import { expect, it } from "vitest"
import { claimsOf, countCasts } from "../scripts/casts.mjs"

const maxPerThousandLines = 10
/** Lower it to the count that `node scripts/casts.mjs` prints. */
const maxWithoutReason = 0

const { claims, perThousand } = countCasts()

it("claims at most ten types in 1,000 lines", () => {
  expect(perThousand, "Show them: node scripts/casts.mjs --list").toBeLessThanOrEqual(
    maxPerThousandLines,
  )
})

it("claims no type without a reason beside it", () => {
  const bare = claims.filter(({ hasReason }) => !hasReason)
  expect(bare.length, "Show them: node scripts/casts.mjs --bare").toBe(maxWithoutReason)
})

it("counts each kind of claim, and knows the reason beside it", () => {
  const text = [
    "const bare = value as string",
    "// It is text.",
    "const above = value as string",
    "const beside = value! // it is there",
    "let each: any",
    "// The statement is explained.",
    "const wide = {",
    "  deep: [1, value as number],",
    "}",
    "const same = [1] as const",
    "/** Reads it. The casts hold for rows. */",
    "function read() {",
    "  const first = <Row>value",
    "  return [first, value as Row]",
    "}",
    "/** Reads it. */",
    "function other() {",
    "  return value as Row",
    "}",
    "// @ts-expect-error",
    "broken()",
    "// @ts-expect-error: the package has no types",
    "broken()",
  ].join("\n")
  expect(
    claimsOf("src/made-up/file.ts", text).map(
      ({ line, kind, hasReason }) => `${line} ${kind}${hasReason ? "" : " bare"}`,
    ),
  ).toEqual([
    "1 as bare",
    "3 as",
    "4 !",
    "5 any bare",
    "8 as",
    "13 as",
    "14 as",
    "18 as bare",
    "20 ts-ignore bare",
    "22 ts-ignore",
  ])
})
