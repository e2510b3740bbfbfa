// Names of fields that hold secrets, in whatever casing and composition: what is typed into them is never shown again.

/** Clear enough wherever they stand in a name: `newPassword2`, `ACCESS_TOKEN`, `cardcvc`. */
const anywhere =
  /passw|passphrase|passcode|kennwort|pwd|secret|token|credential|apikey|privatekey|accesskey|signingkey|cvc|cvv|securitycode|mnemonic|onetime/
/** Parts of ordinary words too (`shipping`), so only as a word or in these compositions. */
const words: ReadonlySet<string> = new Set(["pass", "pin", "pins", "puk", "otp", "totp", "tan", "ssn", "csc"])
const composed = /^(?:pin|otp|tan)(?:code|number|no|\d*)$|(?:user|card|new|old|my|repeat|confirm|current|sms|bank|sim)pin\d*$/

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
