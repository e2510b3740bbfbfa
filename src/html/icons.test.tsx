// Icons: output, accessible names, the error of an unknown name, and how much of the set a program carries.
import { build } from "esbuild"
import { Markup } from "nitro-ts/html"
import { defineIcon, type IconName, icon, iconNames } from "nitro-ts/icons"
import * as lucide from "nitro-ts/icons/lucide"
import { Trash } from "nitro-ts/icons/lucide"
import { describe, expect, it } from "vitest"
import { NitroError } from "../shared/errors.ts"

const frame =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
const x = '<path d="M18 6 6 18"/><path d="m6 6 12 12"/>'

describe("an icon", () => {
  it("is one svg that screen readers skip", () => {
    expect(icon("x")).toBeInstanceOf(Markup)
    expect(String(icon("x"))).toBe(
      `<svg class="lucide lucide-x" width="24" height="24" ${frame} aria-hidden="true">${x}</svg>`,
    )
  })

  it("takes a size, a class, a label and any attribute of an svg, all escaped", () => {
    expect(
      String(
        icon("x", {
          size: "1em",
          class: ["a", { b: true }],
          label: 'Say "no" <b>',
          "stroke-width": 1.5,
          id: "i",
        }),
      ),
    ).toBe(
      `<svg class="lucide lucide-x a b" width="1em" height="1em" ${frame.replace('"2"', '"1.5"')} role="img" aria-label="Say &quot;no&quot; &lt;b&gt;" id="i">${x}</svg>`,
    )
  })

  it("prints the same bytes on every render", () => {
    const once = String(icon("trash", { size: 16 }))
    expect(String(icon("trash", { size: 16 }))).toBe(once)
    expect(String(icon("trash"))).toBe(String(icon("trash", {})))
  })

  it("is a component of the same output as well", () => {
    expect(String(<Trash size={16} label="Delete" />)).toBe(
      String(icon("trash", { size: 16, label: "Delete" })),
    )
    expect(String(<Trash />)).toBe(String(Trash()))
  })

  it("can be drawn by the application", () => {
    const Logo = defineIcon("logo", '<circle cx="12" cy="12" r="10"/>')
    expect(String(<Logo class="big" />)).toMatch(
      /^<svg class="lucide lucide-logo big".*<circle cx="12" cy="12" r="10"\/><\/svg>$/,
    )
  })

  it("of a wrong name is an error with the nearest one", () => {
    const fixOf = (name: string): string => {
      try {
        icon(name as IconName)
      } catch (error) {
        expect(error).toBeInstanceOf(NitroError)
        expect((error as NitroError).code).toBe("NITRO_HTML_ICON")
        return (error as NitroError).fix ?? ""
      }
      throw new Error(`${JSON.stringify(name)} is no icon and was printed`)
    }
    expect(fixOf("trahs")).toBe('Did you mean "trash"?')
    expect(fixOf("Trash")).toBe('Did you mean "trash"?')
    expect(fixOf("chevron-dwon")).toBe('Did you mean "chevron-down"?')
    expect(fixOf("nothing of the kind")).toContain("iconNames()")
    for (const name of ["", " ", "\n", "trash ", "trash\n", "x <path", "__proto__", "constructor"])
      fixOf(name)
  })
})

describe("the set", () => {
  const names = iconNames()

  it("is complete, sorted and safe to print", () => {
    expect(names.length).toBeGreaterThan(1900)
    expect([...new Set(names)].sort()).toEqual(names)
    for (const name of names) {
      const printed = String(icon(name))
      expect(printed).toMatch(
        /^<svg class="lucide lucide-[a-z0-9-]+" [^<>]*>(?:<(?:path|circle|rect|line|ellipse|polyline|polygon)(?: [a-z0-9]+="[^"<>&]*")+\/>)+<\/svg>$/,
      )
    }
  })

  it("has the same icons by name and by export", () => {
    const exported = lucide as unknown as Readonly<Record<string, () => Markup>>
    const exportName = (name: string): string =>
      name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
    for (const name of names)
      expect(String(exported[exportName(name)]?.()), name).toBe(String(icon(name)))
    expect(Object.keys(exported).sort()).toEqual([...new Set(names.map(exportName))].sort())
  })

  it("keeps the names that Lucide gave up", () => {
    expect(String(icon("alert-circle"))).toBe(String(icon("circle-alert")))
    expect(lucide.AlertCircle).toBe(lucide.CircleAlert)
  })
})

describe("a bundle", () => {
  const bundle = async (code: string): Promise<string> => {
    const result = await build({
      stdin: { contents: code, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      conditions: ["source"],
      packages: "bundle",
    })
    return result.outputFiles[0]?.text ?? ""
  }

  it("holds the icons it uses and the notice of their licence, no others", async () => {
    const code = await bundle(
      'import { Trash } from "nitro-ts/icons/lucide"; console.log(String(Trash()))',
    )
    expect(code.match(/defineIcon\(/g)).toHaveLength(2)
    expect(code).toContain("ISC License")
    expect(code).toContain("Cole Bemis")
  })

  it("holds none when it only makes markup", async () => {
    const code = await bundle('import { div } from "nitro-ts/html"; console.log(String(div("x")))')
    expect(code).not.toContain("ISC License")
  })
})
