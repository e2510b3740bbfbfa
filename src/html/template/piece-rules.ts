// Where a value may be a piece of an attribute, and where no escaping makes it safe.

import { runsScript } from "../../shared/attribute-rules.ts"
import type { AttributeName } from "../attributes/attribute-name.ts"
import { htmlError } from "../markup/call-site.ts"

export const refuse = (where: string, fix?: string): Error =>
  htmlError(
    "NITRO_HTML_CONTEXT",
    `A value cannot stand ${where}: no escaping makes it safe there.`,
    fix === undefined ? {} : { fix },
  )

/** Whether a value that starts with the static text `before` can only be judged with all of its pieces. */
export function isCheckedWhole(name: AttributeName, before: string): boolean {
  switch (name.kind) {
    case "urlList":
    case "sourceSet":
    case "refresh":
      return true
    case "url":
    case "data": {
      const start = before.replace(/&.*$/s, "")
      // Once a path, a query or a harmless scheme has begun, nothing that follows can make it a script.
      if (/^[^:]*[/?#]|^(?:https?|mailto|tel|sms):/i.test(start)) return false
      if (before.includes("&") || (runsScript(start, "") && !/^\s*data:/i.test(start)))
        throw refuse(`in the ${name.name} that starts with ${before}`)
      return true
    }
    default:
      return false
  }
}

/** Whether a style that begins with `before` goes on with the value of a custom property. */
export const isCustomProperty = (before: string): boolean =>
  /(?:^|;)\s*--[^:;]*:[^;]*$/.test(before)

/** Why a value cannot be a piece of this attribute after the static text `before`. */
export function pieceRefusal(name: AttributeName, before: string): Error | undefined {
  switch (name.kind) {
    case "expression":
    case "members":
    case "signals":
    case "signalName":
    case "flag":
      return htmlError(
        "NITRO_HTML_EXPRESSION",
        `The browser evaluates the attribute ${name.name} as code: a value cannot be a piece of it.`,
        {
          fix: `Write \`${name.name}=\${ds\`...\`}\` with the values inside of ds, from \`nitro-ts/datastar\`.`,
        },
      )
    case "document":
      return refuse("as a piece of srcdoc", `Write \`srcdoc=\${html\`...\`}\`.`)
    case "style": {
      const declaration = before.slice(before.lastIndexOf(";") + 1)
      if (!declaration.includes(":") || /["'(\\{}]|\/\*/.test(declaration)) {
        return refuse(
          "in a style but as the value of a property",
          `Write \`style=\${{ property: value }}\`.`,
        )
      }
      return undefined
    }
    default:
      return undefined
  }
}
