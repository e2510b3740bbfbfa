// Names of fields that hold secrets, in whatever casing and composition: what is typed into them is never shown again.

/** Clear enough wherever they stand in a name: `newPassword2`, `ACCESS_TOKEN`, `cardcvc`. */
const anywhere =
  /passw|passphrase|passcode|kennwort|pwd|secret|token|credential|apikey|privatekey|accesskey|signingkey|cvc|cvv|securitycode|mnemonic|onetime/
/** Parts of ordinary words too (`shipping`), so only as a word or in these compositions. */
const words: ReadonlySet<string> = new Set([
  "pass",
  "pin",
  "pins",
  "puk",
  "otp",
  "totp",
  "tan",
  "ssn",
  "csc",
])
const composed =
  /^(?:pin|otp|tan)(?:code|number|no|\d*)$|(?:user|card|new|old|my|repeat|confirm|current|sms|bank|sim)pin\d*$/

/**
 * Stands before the name of a field that the page showed as a password although its name is none: `_secret.harmless`. So the
 * form itself marks the values that may not be shown again, to every process that gets it.
 */
export const secretPrefix = "_secret."

export interface NamedFields {
  /** The fields by their own names. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly secrets: ReadonlySet<string>
}

const noSecrets: ReadonlySet<string> = new Set()

/** The fields of a form by their own names, and which of them are passwords. */
export function namedFields(body: Readonly<Record<string, unknown>>): NamedFields {
  const marked = Object.keys(body).filter(name => name.startsWith(secretPrefix))
  if (marked.length === 0) return { fields: body, secrets: noSecrets }
  const names = marked.map(name => name.slice(secretPrefix.length))
  const others = Object.entries(body).filter(([name]) => !name.startsWith(secretPrefix))
  // A second field of the name makes a list of both, as everywhere.
  const entries = names.map(name => {
    const value = body[secretPrefix + name]
    return [name, Object.hasOwn(body, name) ? [body[name], value].flat() : value] as const
  })
  return { fields: Object.fromEntries([...others, ...entries]), secrets: new Set(names) }
}

export function isSecretName(name: string): boolean {
  const joined = name.toLowerCase().replace(/[^a-z\d]/g, "")
  return (
    anywhere.test(joined) ||
    composed.test(joined) ||
    name
      .replace(/([a-z\d])([A-Z])/g, "$1 $2")
      .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
      .toLowerCase()
      .split(/[^a-z]+/)
      .some(word => words.has(word))
  )
}
