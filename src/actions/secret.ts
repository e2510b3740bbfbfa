// The app's secret: signs what browsers carry, so that nothing comes back changed.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { NitroError } from "../shared/errors.ts"
import "./errors.ts"

/** Bytes of a signature: 192 bits, 32 characters of base64url. */
const signatureBytes = 24

/**
 * Signs with the newest key and accepts signatures of all keys, so that a key can be replaced while pages are open. Without
 * keys, development uses a random one that ends with the process; production refuses at the first use.
 */
export class Secret {
  readonly #given: readonly string[]
  #keys: readonly (string | Buffer)[] | undefined

  /** `given`: the current key first, then older ones. Default: the environment variable `NITRO_SECRET`, keys apart by commas. */
  constructor(given: string | readonly string[] | undefined) {
    const environment = process.env["NITRO_SECRET"]
    const keys = typeof given === "string" ? [given] : (given ?? (environment ? environment.split(",") : []))
    const short = keys.findIndex(key => typeof key !== "string" || key.trim().length < 16)
    if (short >= 0) {
      throw new NitroError("NITRO_SECRET", `Key ${short + 1} of the app's secret is shorter than 16 characters.`, {
        fix: "Use a long random text, for example the output of `openssl rand -base64 32`.",
      })
    }
    this.#given = keys.map(key => key.trim())
  }

  /** The signature of `text` for one `purpose`; a signature for one purpose is worth nothing for another. base64url. */
  sign(purpose: string, text: string): string {
    return this.#signature(this.#usable()[0] as string | Buffer, purpose, text).toString("base64url")
  }

  /** Whether `signature` is one of `text` for `purpose`, by any of the keys. Takes the same time whatever is wrong. */
  verify(purpose: string, text: string, signature: string): boolean {
    // Decoding is lenient: only one spelling of a signature is accepted.
    if (!/^[\w-]{32}$/.test(signature)) return false
    const given = Buffer.from(signature, "base64url")
    return this.#usable().some(key => timingSafeEqual(this.#signature(key, purpose, text), given))
  }

  #signature(key: string | Buffer, purpose: string, text: string): Buffer {
    return createHmac("sha256", key).update(`${purpose.length}:${purpose}:`).update(text).digest().subarray(0, signatureBytes)
  }

  #usable(): readonly (string | Buffer)[] {
    if (this.#keys === undefined) {
      if (this.#given.length === 0 && process.env["NODE_ENV"] === "production")
        throw new NitroError("NITRO_SECRET", "The app has to sign something and has no secret.")
      this.#keys = this.#given.length > 0 ? this.#given : [randomBytes(32)]
    }
    return this.#keys
  }
}
