// Metadata of definitions: names of classes, display of fields, relations.
import { displayOf, Entity, type EntityClass, field, memory, ref } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"

const code = (name: string, fix: string) =>
  expect.objectContaining({ code: name, fix: expect.stringContaining(fix) })

describe("the names of a class", () => {
  it("are made of its own where it gives none", () => {
    class TodoItem extends Entity("TodoItem", { title: z.string() }) {}
    expect(TodoItem.definition).toMatchObject({
      label: "Todo item",
      labelPlural: "Todo items",
      display: "title",
    })
    expect(TodoItem.definition).not.toHaveProperty("icon")
    expect(TodoItem.definition).not.toHaveProperty("description")
  })

  it("follow the label that it gives", () => {
    class Story extends Entity("Story", { text: z.string() }, { label: "User story" }) {}
    expect(Story.definition.labelPlural).toBe("User stories")
    expect(Story.definition).not.toHaveProperty("display")
  })

  it("are what it gives", () => {
    class Person extends Entity(
      "Person",
      { email: z.string(), title: z.string() },
      {
        label: "Member",
        labelPlural: "Members",
        display: "email",
        icon: "users",
        description: "Everybody who may sign in.",
      },
    ) {}
    expect(Person.definition).toMatchObject({
      label: "Member",
      labelPlural: "Members",
      display: "email",
      icon: "users",
      description: "Everybody who may sign in.",
    })
  })

  it("are refused where nothing could read them", () => {
    expect(() => Entity("A", { n: z.string() }, { descripton: "B" } as never)).toThrow(
      code("NITRO_UNKNOWN_OPTION", "description"),
    )
    expect(() => Entity("A", { n: z.string() }, { label: "" })).toThrow(
      code("NITRO_DEFINITION", "label"),
    )
    expect(() => Entity("A", { n: z.string() }, { icon: 5 } as never)).toThrow(
      code("NITRO_DEFINITION", "icon"),
    )
    class Misspelt extends Entity(
      "Misspelt",
      { email: z.string() },
      { display: "emial" as never },
    ) {}
    expect(() => Misspelt.definition).toThrow(code("NITRO_UNKNOWN_FIELD", "email"))
    class Secret extends Entity(
      "Secret",
      { pin: field(z.string(), { hidden: true }) },
      { display: "pin" },
    ) {}
    expect(() => Secret.definition).toThrow(code("NITRO_DEFINITION", "all readers may see"))
  })
})

describe("displayOf", () => {
  class Page extends Entity("Page", { title: z.string().nullable(), views: z.int().default(0) }) {
    static store = memory()
  }
  class Visit extends Entity("Visit", { page: z.string() }) {}
  class Invoice extends Entity("Invoice", { number: z.bigint() }, { display: "number" }) {}

  it("distinguishes entities, and is never empty", () => {
    expect(displayOf(new Page({ title: "Home" }))).toBe("Home")
    expect(displayOf(new Page({ title: null }))).toBe("Page")
    expect(displayOf(new Page({ title: "" }))).toBe("Page")
    expect(displayOf(new Visit({ page: "/" }))).toBe("Visit")
    expect(displayOf(new Invoice({ number: 5n }))).toBe("5")
  })

  it("does not take a hidden field for a name", () => {
    class Account extends Entity("Account", { name: field(z.string(), { hidden: true }) }) {}
    expect(displayOf(new Account({ name: "secret" }))).toBe("Account")
  })
})

describe("what a field says to views", () => {
  it("stands in its definition", () => {
    const meta = {
      label: "Price",
      help: "Without tax.",
      placeholder: "9.99",
      widget: "number",
      group: "Sale",
      format: { type: "currency", currency: "EUR" },
      hiddenIn: ["table"],
      order: 2,
    } as const
    class Product extends Entity("Product", { price: field(z.number(), meta) }) {}
    expect(Product.definition.fieldByName.get("price")?.meta).toEqual(meta)
  })

  it.each([
    [{ widget: "textaera" }, "textarea"],
    [{ format: "curency" }, "currency"],
    [{ format: { type: "currency", curency: "EUR" } }, "currency"],
    [{ hiddenIn: ["tabel"] }, "table"],
    [{ hiddenIn: "table" }, "hiddenIn"],
    [{ order: "first" }, "order"],
    [{ placeholder: 5 }, "placeholder"],
    [{ grop: "Sale" }, "group"],
  ])("is refused where no view could read it: %j", (options, fix) => {
    class Wrong extends Entity("Wrong", { price: field(z.number(), options as never) }) {}
    expect(() => Wrong.definition).toThrow(code("NITRO_DEFINITION", fix))
  })
})

describe("relations in a definition", () => {
  it("are found when they are read, with what they lead to, and without an entity", () => {
    const given: unknown[] = []
    class Shelf extends Entity("Shelf", { name: z.string() }) {
      get books() {
        return this.hasMany(Book, "shelfId")
      }
    }
    class Book extends Entity("Book", { shelfId: ref("Shelf") }) {
      get shelf() {
        return this.belongsTo(Shelf, "shelfId")
      }
      get age() {
        given.push(this.shelfId)
        return 5
      }
    }
    const { relations } = Book.definition
    expect([...relations.keys()]).toEqual(["shelf"])
    expect(relations.get("shelf")).toMatchObject({
      kind: "belongsTo",
      local: "shelfId",
      remote: "id",
    })
    expect(relations.get("shelf")?.target.definition).toBe(Shelf.definition)
    const back = Shelf.definition.relations.get("books")
    expect(back?.target.definition.relations.get("shelf")?.target.definition.name).toBe("Shelf")
    void Book.definition.relations
    expect(given).toEqual([undefined])
  })

  it("are those of every class of one declaration", () => {
    class Tag extends Entity("Tag", { name: z.string() }) {}
    class Note extends Entity("Note", { tagId: ref("Tag") }) {
      get tag() {
        return this.belongsTo(Tag, "tagId")
      }
    }
    class LongNote extends Note {
      get label() {
        return this.belongsTo(Tag, "tagId")
      }
    }
    const read = (entity: EntityClass) => [...entity.definition.relations.keys()]
    expect(read(Note)).toEqual(["tag"])
    expect(read(LongNote).sort()).toEqual(["label", "tag"])
  })
})
