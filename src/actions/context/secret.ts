// The app's secret: signs what browsers carry, so that nothing comes back changed.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from "node:crypto"
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

/** Bytes of a signature: 192 bits, 32 characters of base64url. */
const signatureBytes = 24

const ivBytes = 12
const tagBytes = 16

/** A separate key for each purpose, so that no key both signs and encrypts. */
function sealKey(key: string | Buffer, purpose: string): Buffer {
  return createHmac("sha256", key).update(`seal:${purpose}`).digest()
}

/**
 * Signs with the newest key and accepts signatures of all keys, so that a key can be replaced while pages are open. Without
 * keys, development uses a random one that ends with the process; production refuses at the first use.
 */
export class Secret {
  readonly #given: readonly string[]
  #keys: readonly (string | Buffer)[] | undefined

  /** `source`: the current key first, then older ones. Default: the environment variable `NITRO_SECRET`, keys apart by commas. */
  constructor(source: string | readonly string[] | undefined) {
    const environment = process.env["NITRO_SECRET"]
    const keys =
      typeof source === "string"
        ? [source]
        : (source ?? (environment ? environment.split(",") : []))
    const short = keys.findIndex(key => typeof key !== "string" || key.trim().length < 16)
    if (short >= 0) {
      throw new NitroError(
        "NITRO_SECRET",
        `Key ${short + 1} of the app's secret is shorter than 16 characters.`,
        {
          fix: "Use a long random text, for example the output of `openssl rand -base64 32`.",
        },
      )
    }
    this.#given = keys.map(key => key.trim())
  }

  /** The signature of `text` for one `purpose`; a signature for one purpose is worth nothing for another. base64url. */
  sign(purpose: string, text: string): string {
    return this.#signature(this.#current(), purpose, text).toString("base64url")
  }

  /** Whether `signature` is one of `text` for `purpose`, by any of the keys. Takes the same time whatever is wrong. */
  verify(purpose: string, text: string, signature: string): boolean {
    // Decoding is lenient: only one spelling of a signature is accepted.
    if (!/^[\w-]{32}$/.test(signature)) return false
    const bytes = Buffer.from(signature, "base64url")
    return this.#usable().some(key => timingSafeEqual(this.#signature(key, purpose, text), bytes))
  }

  /** Encrypts `text` for one `purpose`, so that neither its content can be read nor changed. base64url, AES-256-GCM. */
  seal(purpose: string, text: string): string {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv("aes-256-gcm", sealKey(this.#current(), purpose), iv)
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")
  }

  /** The text sealed for `purpose` by any of the keys; undefined for anything else. */
  open(purpose: string, sealed: string): string | undefined {
    if (!this.canSign) return undefined
    const bytes = Buffer.from(sealed, "base64url")
    // Decoding is lenient: only one spelling is accepted.
    if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== sealed)
      return undefined
    for (const key of this.#usable()) {
      try {
        const decipher = createDecipheriv(
          "aes-256-gcm",
          sealKey(key, purpose),
          bytes.subarray(0, ivBytes),
          { authTagLength: tagBytes },
        )
        decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
        return (
          decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, "utf8") +
          decipher.final("utf8")
        )
      } catch {
        // Sealed by another key, or changed.
      }
    }
    return undefined
  }

  /** False in production without a secret: `sign` and `seal` throw then. */
  get canSign(): boolean {
    return (
      this.#keys !== undefined || this.#given.length > 0 || process.env["NODE_ENV"] !== "production"
    )
  }

  #signature(key: string | Buffer, purpose: string, text: string): Buffer {
    return createHmac("sha256", key)
      .update(`${purpose.length}:${purpose}:`)
      .update(text)
      .digest()
      .subarray(0, signatureBytes)
  }

  /** The key for what is signed and sealed now. */
  #current(): string | Buffer {
    const [key] = this.#usable()
    // There is always one.
    return key as string | Buffer
  }

  #usable(): readonly (string | Buffer)[] {
    if (this.#keys === undefined) {
      if (this.#given.length === 0 && process.env["NODE_ENV"] === "production")
        throw new NitroError("NITRO_SECRET", "The app has no secret to sign with.")
      this.#keys = this.#given.length > 0 ? this.#given : [randomBytes(32)]
    }
    return this.#keys
  }
}
