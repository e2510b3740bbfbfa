// The media type of a body: exactly what stands before the parameters, never a prefix of it.

/** `application/json` of `Application/JSON; charset=utf-8`; the empty string where there is none. RFC 9110, 8.3.1. */
export function mediaTypeOf(contentType: string | null): string {
  // As nearly all forms and programs write it.
  if (contentType === urlEncoded || contentType === "application/json") return contentType
  if (contentType === null) return ""
  const end = contentType.indexOf(";")
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

/** `application/json` and every type with the suffix `+json`. RFC 6839, 3.1. */
export function isJsonType(mediaType: string): boolean {
  return mediaType === "application/json" || /^application\/[\w!#$&^.-]+\+json$/.test(mediaType)
}

export const urlEncoded = "application/x-www-form-urlencoded"
export const multipart = "multipart/form-data"

/** Media types that an HTML form sends. */
export function isFormType(mediaType: string): boolean {
  return mediaType === urlEncoded || mediaType === multipart
}
