// GET routes that change something: an error in development, whichever way they do it.
import { action } from "nitro-ts/actions"
import { handle, Query, queries } from "nitro-ts/cqrs"
import { Entity, memory, unitOfWork } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string(), views: z.int().default(0) }) {
  static store = memory()
  static {
    for (const name of [
      "assign",
      "save1",
      "update1",
      "erase",
      "inUnit",
      "look",
      "assignBack",
      "updateOther",
    ] as const)
      action(this, name, { method: "GET" })
    action(this, "make", { method: "GET" })
    action(this, "bulk", { method: "GET" })
  }
  assign() {
    this.views += 1
  }
  async save1() {
    this.views += 1
    await this.save()
  }
  async update1() {
    await this.update({ views: 1 })
  }
  async erase() {
    await this.delete()
  }
  async inUnit() {
    await unitOfWork(() => this.update({ views: 2 }))
  }
  async updateOther() {
    await Note.updateWhere({ text: "other" }, { views: 9 })
  }
  look() {
    return { views: this.views }
  }
  assignBack() {
    this.views += 1
    this.views -= 1
    return { views: this.views }
  }
  static async make() {
    await Note.create({ text: "made" })
  }
  static async bulk() {
    await Note.deleteWhere({ text: "made" })
  }
}
class Count extends Query("Count", {}) {}
handle(Count, async () => {
  await Note.create({ text: "counted" })
  return 1
})

const app = nitro({ entities: [Note], routes: [queries([Count])] })
let note: Note
let reported: unknown[]

beforeEach(async () => {
  await Note.deleteWhere({}, { all: true })
  note = await Note.create({ text: "a" })
  await Note.create({ text: "other" })
  await Note.create({ text: "made" })
  reported = []
  vi.spyOn(console, "error").mockImplementation((...args) => void reported.push(...args))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const get = (path: string) =>
  app(new Request(`http://app.test${path}`, { headers: { accept: "application/json" } }))

describe("a GET action that changes its entity", () => {
  it.each(["assign", "save1", "update1", "erase", "in-unit", "update-other"])(
    "by %s is an error that names the change",
    async path => {
      const response = await get(`/notes/${note.id}/${path}`)
      expect(response.status).toBe(500)
      expect(reported).toContainEqual(
        expect.objectContaining({
          code: "NITRO_GET_CHANGES",
          message: expect.stringMatching(/Note/),
        }),
      )
    },
  )

  it.each(["make", "bulk"])("static, by %s", async path => {
    expect((await get(`/notes/${path}`)).status).toBe(500)
    expect(reported).toContainEqual(expect.objectContaining({ code: "NITRO_GET_CHANGES" }))
  })

  it.each([
    ["save1", "Note.save1 handles GET requests and saved or deleted Note (views)."],
    ["erase", "Note.erase handles GET requests and saved or deleted Note."],
  ])("says what %s did", async (path, message) => {
    await get(`/notes/${note.id}/${path}`)
    expect(reported).toContainEqual(expect.objectContaining({ message }))
  })

  it("as does a query", async () => {
    expect((await get("/queries/count")).status).toBe(500)
    expect(reported).toContainEqual(
      expect.objectContaining({ message: "Count handles GET requests and saved or deleted Note." }),
    )
  })

  it("names the fields and the line to write", async () => {
    await get(`/notes/${note.id}/assign`)
    expect(reported).toContainEqual(
      expect.objectContaining({
        message: "Note.assign handles GET requests and changed views, which is not saved.",
        fix: expect.stringContaining('method: "POST"'),
      }),
    )
  })

  it.each(["look", "assign-back"])("is none where nothing is changed (%s)", async path => {
    const response = await get(`/notes/${note.id}/${path}`)
    expect([response.status, await response.json()]).toEqual([200, { views: 0 }])
  })

  it("does not blame one request for the changes of another", async () => {
    const [looked] = await Promise.all([
      get(`/notes/${note.id}/look`),
      Note.create({ text: "beside" }),
      note.update({ views: 0 }),
    ])
    expect(looked.status).toBe(200)
    // Listeners ignore other changes meanwhile.
    expect(reported).toEqual([])
  })

  it("in production answers as before, and reports what is lost", async () => {
    vi.stubEnv("NODE_ENV", "production")
    expect((await get(`/notes/${note.id}/assign`)).status).toBeLessThan(300)
    expect(reported).toContainEqual(expect.objectContaining({ code: "NITRO_GET_CHANGES" }))
    expect((await get(`/notes/${note.id}/save1`)).status).toBeLessThan(300)
  })
})
