// Encrypted fields: AES-256-GCM with a key that the stored text names, so that keys can be changed while rows keep older ones.
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto"
import { NitroError } from "../../shared/errors.ts"

/** Key ids and keys, 32 bytes each (or their base64). The first one encrypts; all decrypt. */
export type EncryptionKeys = Readonly<Record<string, string | Uint8Array>>

interface Keys {
  readonly current: { readonly id: string; readonly key: KeyObject }
  readonly byId: ReadonlyMap<string, KeyObject>
}

let configured: Keys | undefined
let fromEnvironment: { readonly text: string; readonly keys: Keys } | undefined

export function setEncryptionKeys(keys: EncryptionKeys | undefined): void {
  configured = keys === undefined ? undefined : toKeys(Object.entries(keys))
}

/** `NITRO_ENCRYPTION_KEYS="2026:base64,2025:base64"`, where `configure` said nothing. */
function keysInUse(): Keys {
  if (configured !== undefined) return configured
  const text = process.env["NITRO_ENCRYPTION_KEYS"]
  if (!text) {
    throw keyError(
      "An encrypted field is used, and no key is known.",
      'Set NITRO_ENCRYPTION_KEYS="id:key" or configure({ encryptionKeys: { id: key } }); a key is 32 random bytes in base64.',
    )
  }
  if (fromEnvironment?.text !== text) {
    const entries = text.split(",").map((part): [string, string] => {
      const at = part.indexOf(":")
      return [part.slice(0, Math.max(at, 0)).trim(), part.slice(at + 1).trim()]
    })
    fromEnvironment = { text, keys: toKeys(entries) }
  }
  return fromEnvironment.keys
}

function toKeys(entries: readonly (readonly [string, string | Uint8Array])[]): Keys {
  const byId = new Map<string, KeyObject>()
  for (const [id, encoded] of entries) {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(id))
      throw keyError("An encryption key has no usable id.", "Use letters, digits, _ and -.")
    const bytes = typeof encoded === "string" ? Buffer.from(encoded, "base64") : encoded
    if (bytes.length !== 32)
      throw keyError(
        `The encryption key "${id}" has ${bytes.length} bytes, not 32.`,
        "Make one: openssl rand -base64 32",
      )
    byId.set(id, createSecretKey(bytes))
  }
  const [first] = byId
  if (first === undefined) throw keyError("No encryption key was given.", "Give at least one.")
  const [id, key] = first
  return { current: { id, key }, byId }
}

const prefix = "nitro1."

/** `nitro1.<key id>.<base64url of nonce, tag and text>`. `place` (entity and field) is authenticated: a value cannot move to another column. */
export function encrypt(text: string, place: string): string {
  const { id, key } = keysInUse().current
  const nonce = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", key, nonce)
  cipher.setAAD(Buffer.from(place))
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
  return `${prefix}${id}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url")}`
}

/** Throws `NITRO_ENCRYPTION` for an unknown key, and for text that was changed or belongs elsewhere. */
export function decrypt(stored: string, place: string): string {
  const [, id = "", sealed = ""] = /^nitro1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(stored) ?? []
  if (id === "")
    throw keyError(
      `${place} is stored as plain text, and is declared as encrypted.`,
      "Encrypt what is stored by a migration.",
    )
  const key = keysInUse().byId.get(id)
  if (key === undefined)
    throw keyError(
      `${place} is encrypted with the key "${id}", which is not known.`,
      "Keep older keys until rotateKeys() has run.",
    )
  const bytes = Buffer.from(sealed, "base64url")
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), {
      authTagLength: 16,
    })
    cipher.setAAD(Buffer.from(place))
    cipher.setAuthTag(bytes.subarray(12, 28))
    return cipher.update(bytes.subarray(28), undefined, "utf8") + cipher.final("utf8")
  } catch (cause) {
    throw new NitroError(
      "NITRO_ENCRYPTION",
      `${place} cannot be decrypted: it was changed, or the key "${id}" is another one.`,
      { cause },
    )
  }
}

/** Whether the stored text has the key that encrypts now. */
export function hasCurrentKey(stored: unknown): boolean {
  return typeof stored === "string" && stored.startsWith(`${prefix}${keysInUse().current.id}.`)
}

function keyError(message: string, fix: string): NitroError {
  return new NitroError("NITRO_ENCRYPTION", message, { fix })
}
