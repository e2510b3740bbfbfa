// Attributes that a browser ignores: names of React's and of the DOM that HTML spells otherwise. An error while developing.

import { htmlError } from "../markup/call-site.ts"
import { attributeName, isAlias } from "./attribute-name.ts"

/** Errors about what merely does nothing are for developers: production prints it. */
const isDevelopment = process.env["NODE_ENV"] !== "production"

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** Names that HTML reads in any case: React writes them with capitals. */
const anyCase = words(
  "accesskey alink allowfullscreen allowtransparency attributionsrc autocapitalize autocomplete autocorrect autofocus autoplay bgcolor browsingtopics cellpadding cellspacing charset classid classname closedby codebase codetype colspan commandfor contenteditable contextmenu controlslist crossorigin datetime dirname disablepictureinpicture disableremoteplayback dynsrc elementtiming enctype enterkeyhint exportparts fetchpriority formaction formenctype formmethod formnovalidate formtarget frameborder hreflang hspace htmlclass htmlfor imagesizes imagesrcset inputmode interestfor ismap itemid itemprop itemref itemscope itemtype longdesc lowsrc marginheight marginwidth maxlength minlength nohref nomodule noresize noshade novalidate nowrap playsinline popovertarget popovertargetaction privatetoken readonly referrerpolicy rowspan shadowrootclonable shadowrootdelegatesfocus shadowrootmode shadowrootserializable spellcheck srcdoc srclang srcset tabindex usemap valign virtualkeyboardpolicy vlink vspace writingsuggestions",
)

/** The names of SVG with capitals, which the HTML parser restores from any case (HTML standard, 13.2.6.1). */
const ofSvg = words(
  "attributename attributetype basefrequency baseprofile calcmode clippathunits definitionurl diffuseconstant edgemode externalresourcesrequired filterres filterunits glyphref gradienttransform gradientunits kernelmatrix kernelunitlength keypoints keysplines keytimes lengthadjust limitingconeangle markerheight markerunits markerwidth maskcontentunits maskunits numoctaves pathlength patterncontentunits patterntransform patternunits pointsatx pointsaty pointsatz preservealpha preserveaspectratio primitiveunits refx refy repeatcount repeatdur requiredextensions requiredfeatures specularconstant specularexponent spreadmethod startoffset stddeviation stitchtiles surfacescale systemlanguage tablevalues targetx targety textlength viewbox viewtarget xchannelselector ychannelselector zoomandpan",
)

/** Replacements for names that only exist in React. */
const instead: Readonly<Record<string, string>> = {
  defaultvalue: "Write `value`.",
  defaultchecked: "Write `checked`.",
  suppresshydrationwarning: "Leave it out: nothing is hydrated.",
  suppresscontenteditablewarning: "Leave it out: there is no such warning.",
}

/** Returns the replacement for the attribute `name` of the element `tag`; undefined if the attribute has an effect. */
export function insteadOf(tag: string, name: string): string | undefined {
  // An element of your own may have any.
  if (tag.includes("-")) return undefined
  const lower = name.toLowerCase()
  if (lower === "value" && tag.toLowerCase() === "select")
    return "Write `selected` on the option that is chosen."
  if (Object.hasOwn(instead, lower)) return instead[lower]
  if (!/^[a-z]+(?:[A-Z][A-Za-z]*)+$/.test(name) || anyCase.has(lower) || ofSvg.has(lower))
    return undefined
  return `Browsers read \`${lower}\`. Write \`${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}\`, or leave it out.`
}

/**
 * The same for a name that stands in the text of a template, which is printed as it is.
 * @throws NITRO_HTML_ATTRIBUTE while developing
 */
export function assertAliveAsWritten(tag: string, written: string): void {
  if (!isDevelopment) return
  const name = isAlias(written) ? attributeName(written).name : written
  if (name !== written) {
    throw htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `<${tag}> has no attribute ${written}: it would do nothing.`,
      { fix: `Write \`${name}\`.` },
    )
  }
  assertAlive(tag, written)
}

/** @throws NITRO_HTML_TEMPLATE while developing: of two attributes of one name a browser takes the first. */
export function refuseTwice(tag: string, name: string): void {
  if (!isDevelopment) return
  throw htmlError(
    "NITRO_HTML_TEMPLATE",
    `<${tag}> has the attribute ${name} twice, and a browser takes the first one only.`,
    {
      fix: name === "class" ? "Join them in one list." : "Write it once.",
    },
  )
}

/** @throws NITRO_HTML_ATTRIBUTE while developing, for an attribute that would do nothing. */
export function assertAlive(tag: string, name: string): void {
  if (!isDevelopment) return
  const fix = insteadOf(tag, name)
  if (fix !== undefined)
    throw htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `<${tag}> has no attribute ${name}: it would do nothing.`,
      { fix },
    )
}
