// `input: User.pick(...)`: an action takes the entity's own schemas, and refuses with every issue at once.
import { action, expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { beforeEach, expect, it } from "vitest"
import { z } from "zod"

class User extends Entity("User", {
  username: z.string().trim().min(3, "Three characters at least."),
  email: z.email("Not an address."),
  role: z.string().default("reader"),
  passwordHash: z.string(),
}) {
  static store = memory()

  static async register({
    username,
    email,
    password,
  }: {
    username: string
    email: string
    password: string
  }) {
    const user = await User.create({ username, email, passwordHash: `hash of ${password}` })
    return { username: user.username }
  }
  static {
    action(this, "register", {
      input: {
        ...User.pick("username", "email"),
        password: z.string().min(8, "Eight characters at least."),
      },
    })
  }
}

const app = nitro({ entities: [expose(User, { crud: false })] })
const register = (body: object): Promise<Response> =>
  app(
    new Request("http://app.test/users/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  )

beforeEach(() => User.deleteWhere({}, { all: true }))

it("refuses what the entity would refuse, together with the rest of the input", async () => {
  const response = await register({ username: " a ", email: "nowhere", password: "short" })
  expect(response.status).toBe(422)
  const { error } = (await response.json()) as {
    error: { issues: { path: string; message: string }[] }
  }
  expect(error.issues).toEqual([
    { path: "username", message: "Three characters at least." },
    { path: "email", message: "Not an address." },
    { path: "password", message: "Eight characters at least." },
  ])
  expect(await User.count()).toBe(0)
})

it("hands the action what the schemas make of the input", async () => {
  const response = await register({
    username: " ann ",
    email: "ann@example.org",
    password: "long enough",
  })
  expect([response.status, await response.json()]).toEqual([200, { username: "ann" }])
})

it("takes no field that was not picked", async () => {
  const response = await register({
    username: "ann",
    email: "ann@example.org",
    password: "long enough",
    role: "admin",
  })
  expect(response.status).toBe(422)
})

it("names a field that does not exist", () => {
  // @ts-expect-error: not a field of User
  expect(() => User.pick("usernam")).toThrow(
    expect.objectContaining({
      code: "NITRO_UNKNOWN_FIELD",
      fix: expect.stringContaining("username"),
    }),
  )
})
