// The language of a request: by its header `Accept-Language`, RFC 9110, 12.5.4.

const fallback = "en"

/** The tag that the client prefers, as `Intl` spells it: `"de-AT"`. `"en"` where it names none. */
export function localeOf({ headers }: Request): string {
  const header = headers.get("accept-language")
  if (header === null) return fallback
  let best = fallback
  let weight = 0
  // A client lists a few; one that lists thousands is not read to its end.
  for (const entry of header.slice(0, 1000).split(",")) {
    const [tag = "", ...parameters] = entry.split(";").map(part => part.trim())
    const q = parameters.find(parameter => parameter.startsWith("q="))
    const quality = q === undefined ? 1 : Number(q.slice(2))
    const locale = quality > weight ? canonical(tag) : undefined
    if (locale === undefined) continue
    best = locale
    weight = quality
  }
  return best
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
