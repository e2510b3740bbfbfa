// Error codes: thrown, registered and documented are the same set.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { clientErrorCodes } from "../scripts/support/client-error-codes.ts"
import { errorsPage, readErrorCodes } from "../scripts/support/error-codes.ts"
import { root, shippedSources } from "./support/imports.ts"

const read = readErrorCodes(shippedSources())
const codes = { ...read, registered: [...read.registered, ...clientErrorCodes] }

it("can read every register and every code", () => {
  expect(codes.registered.length).toBeGreaterThan(0)
  expect(codes.unreadable).toEqual([])
})

it("registers each code once", () => {
  const twice = codes.registered.filter((entry, i) => codes.registered[i - 1]?.code === entry.code)
  expect(
    twice.map(
      ({ code, path }) =>
        `${code} is registered again in ${path}. One code has one meaning: share the register or rename one.`,
    ),
  ).toEqual([])
})

it("registers every code that is thrown", () => {
  const registered = new Set(codes.registered.map(({ code }) => code))
  const unknown = [...codes.thrown].filter(([code]) => !registered.has(code))
  expect(
    unknown.map(([code, place]) => `${place} uses ${code}, which no errors.ts registers.`),
  ).toEqual([])
})

it("throws every code that is registered", () => {
  const idle = codes.registered.filter(({ code }) => !codes.thrown.has(code))
  expect(
    idle.map(
      ({ code, path }) => `${path} registers ${code}, which nothing throws. Throw it or remove it.`,
    ),
  ).toEqual([])
})

it("says of every code when it happens and what to do, in whole sentences", () => {
  const vague = codes.registered.filter(
    ({ when, fix }) => !/^.{15,}[.?]$/s.test(when) || !/^.{10,}[.?]$/s.test(fix),
  )
  expect(
    vague.map(
      ({ code, path }) =>
        `${path}: ${code} wants a sentence in \`when\` and one in \`fix\`, each with a full stop.`,
    ),
  ).toEqual([])
  const wrong = codes.registered.filter(
    ({ status }) =>
      status !== undefined && (!Number.isInteger(status) || status < 400 || status > 599),
  )
  expect(
    wrong.map(({ code, status }) => `${code} has the status ${status}, which is no HTTP error.`),
  ).toEqual([])
})

it("keeps the reference page equal to the registers", () => {
  const page = readFileSync(join(root, "docs/reference/errors.md"), "utf8")
  expect(
    page === errorsPage(codes.registered),
    "docs/reference/errors.md is out of date. Run: npm run docs",
  ).toBe(true)
})

it("tells throwing from comparing, and finds codes put together at run time", () => {
  const text = `
    registerErrors({ NITRO_A: { status: 400, when: "It " + "happens.", fix: "Do." } })
    if (error.code === "NITRO_B") throw new NitroError("NITRO_A", "x")
    throw new NitroError(\`NITRO_\${kind}\`, "x")
    const path = process.env["NITRO_C"]
    registerErrors(others)
  `
  const read = readErrorCodes([
    { path: "src/a/errors.ts", text },
    { path: "src/client/browser/a.ts", text: 'throw new ClientError("PATCH", "x")' },
  ])
  expect(read.registered).toEqual([
    {
      code: "NITRO_A",
      status: 400,
      forClients: false,
      when: "It happens.",
      fix: "Do.",
      path: "src/a/errors.ts",
    },
  ])
  expect([...read.thrown]).toEqual([
    ["NITRO_A", "src/a/errors.ts:3"],
    ["NITRO_CLIENT_PATCH", "src/client/browser/a.ts:1"],
  ])
  expect(read.unreadable).toHaveLength(2)
})
