// Between the values of an entity and the row that a store keeps: decode, encode, and find what changed.

import type { Defined, FieldInternals } from "./define.ts"
import type { FieldType, ValueClass } from "./definition.ts"
import { decrypt, encrypt } from "./encryption.ts"
import { canGenerate, generate } from "./generate.ts"
import type { Codec, Encoding, Row } from "./repository.ts"
import { toValueObject } from "./value-object.ts"

/** The decoded values of one entity, by field name. */
export type Values = Record<string, unknown>

/** Indexes of changed columns with their new encoded values. */
export interface Difference {
  readonly columns: number[]
  readonly values: unknown[]
}

export interface Mapper {
  decode(row: Row): Values
  encode(values: Values): Row
  /**
   * What differs from the row; undefined when nothing does. `exposed` false: dates, bytes and JSON are known to be those of
   * the row.
   */
  difference(values: Values, row: Row, exposed: boolean): Difference | undefined
  /** Encodes one value for the column at this index. */
  encodeAt(index: number, value: unknown): unknown
  /** Decodes one stored value of the column at this index. */
  decodeAt(index: number, stored: unknown): unknown
}

interface MappedField {
  readonly name: string
  readonly type: FieldType
  readonly absent: null | undefined
  readonly decode: ((stored: unknown) => unknown) | undefined
  readonly encode: ((value: unknown) => unknown) | undefined
  /** For encodings that may differ where the values are equal: whether the stored value is this one. */
  readonly holds: ((stored: unknown, value: unknown) => boolean) | undefined
  /** For encodings with several spellings: whether the stored value is the encoded one. */
  readonly isSame: ((stored: unknown, encoded: unknown) => boolean) | undefined
}

export function createMapper(defined: Defined, encoding: Encoding, generated: boolean = canGenerate): Mapper {
  const fields = defined.definition.fields.map(({ name, type, encrypted }, index): MappedField => {
    const { value } = defined.internals[index] as FieldInternals
    const codec = value
      ? valueCodec(value, encoding.json)
      : encrypted
        ? secretCodec(`${defined.definition.name}.${name}`, encoding.string)
        : encoding[type]
    return {
      name,
      type,
      absent: (defined.internals[index] as FieldInternals).absent,
      holds: codec && (value ? sameValue(codec) : encrypted ? sameText(codec) : undefined),
      isSame:
        codec?.isSame &&
        ((stored, encoded) => stored !== null && encoded !== null && codec.isSame?.(stored as never, encoded as never) === true),
      decode: codec && ((stored: unknown) => codec.decode(stored as never)),
      encode: codec && ((value: unknown) => codec.encode(value as never)),
    }
  })
  const encodeAt = (index: number, value: unknown): unknown => {
    const encode = fields[index]?.encode
    return value === undefined || value === null ? null : encode ? encode(value) : value
  }
  const decodeAt = (index: number, stored: unknown): unknown => {
    const { absent, decode } = fields[index] as MappedField
    return stored === null ? absent : decode ? decode(stored) : stored
  }
  return { ...(generated ? generatedMapper(fields) : closureMapper(fields, encodeAt)), encodeAt, decodeAt }
}

function sameText(codec: Codec): MappedField["holds"] {
  return (stored, value) => stored !== null && codec.decode(stored as never) === value
}

/** Some databases write JSON in an order of their own: what looks different may be equal. */
function sameValue(codec: Codec): MappedField["holds"] {
  return (stored, value) => {
    if (stored === null) return false
    return stored === codec.encode(value as never) || (value as { equals(other: unknown): boolean }).equals(codec.decode(stored as never))
  }
}

/** A store keeps the parts of a value object as it keeps JSON. */
function valueCodec(type: ValueClass, json: Codec | undefined): Codec {
  return {
    encode: (value: { toJSON(): unknown }) => (json ? json.encode(value.toJSON() as never) : value.toJSON()),
    decode: (stored: unknown) => toValueObject(type, json ? json.decode(stored as never) : stored),
  }
}

function secretCodec(place: string, text: Codec | undefined): Codec {
  return {
    encode: (value: string) => (text ? text.encode(encrypt(value, place) as never) : encrypt(value, place)),
    decode: (stored: string) => decrypt(text ? (text.decode(stored as never) as string) : stored, place),
  }
}

// One object literal per entity gives every instance the same hidden class and lets the engine inline the codecs.
function generatedMapper(fields: readonly MappedField[]): Omit<Mapper, "encodeAt" | "decodeAt"> {
  const scope: Record<string, unknown> = { sameBytes }
  fields.forEach((field, i) => {
    scope[`d${i}`] = field.decode
    scope[`e${i}`] = field.encode
    scope[`h${i}`] = field.holds
    scope[`s${i}`] = field.isSame
  })
  const decoded = fields.map((field, i) => {
    const value = field.decode ? `d${i}(r[${i}])` : `r[${i}]`
    const plain = !field.decode && field.absent === null
    return `${JSON.stringify(field.name)}:${plain ? value : `r[${i}]===null?${String(field.absent)}:${value}`}`
  })
  const encoded = fields.map((field, i) => {
    const name = `v[${JSON.stringify(field.name)}]`
    return field.encode ? `${name}==null?null:e${i}(${name})` : `${name}??null`
  })
  const compare = (value: string, i: number): string => {
    if (fields[i]?.holds) {
      const name = `v[${JSON.stringify(fields[i].name)}]`
      return `x=${name}??null;if(x===null?r[${i}]!==null:!h${i}(r[${i}],x)){if(d===undefined)d={columns:[],values:[]};d.columns.push(${i});d.values.push(${value})}`
    }
    const differs = fields[i]?.type === "bytes" ? `!sameBytes(x,r[${i}])` : `x!==r[${i}]${fields[i]?.isSame ? `&&!s${i}(r[${i}],x)` : ""}`
    return `x=${value};if(${differs}){if(d===undefined)d={columns:[],values:[]};d.columns.push(${i});d.values.push(x)}`
  }
  const compared = encoded.map((value, i) =>
    isMutable(fields[i] as MappedField) ? `if(exposed){${compare(value, i)}}` : compare(value, i),
  )
  return {
    decode: generate(`function decode(r){return {${decoded.join()}}}`, scope),
    encode: generate(`function encode(v){return [${encoded.join()}]}`, scope),
    difference: generate(`function difference(v,r,exposed){let d,x;${compared.join(";")};return d}`, scope),
  }
}

function closureMapper(fields: readonly MappedField[], encodeAt: Mapper["encodeAt"]): Omit<Mapper, "encodeAt" | "decodeAt"> {
  return {
    decode(row) {
      const values: Values = {}
      fields.forEach((field, i) => {
        const stored = row[i]
        values[field.name] = stored === null ? field.absent : field.decode ? field.decode(stored) : stored
      })
      return values
    },
    encode: values => fields.map((field, i) => encodeAt(i, values[field.name])),
    difference(values, row, exposed) {
      const found: Difference = { columns: [], values: [] }
      fields.forEach((field, i) => {
        if (!exposed && isMutable(field)) return
        const value = values[field.name] ?? null
        if (field.holds && (value === null ? row[i] === null : field.holds(row[i], value))) return
        const encoded = encodeAt(i, value)
        if (field.type === "bytes" ? sameBytes(encoded, row[i]) : encoded === row[i] || field.isSame?.(row[i], encoded)) return
        found.columns.push(i)
        found.values.push(encoded)
      })
      return found.columns.length === 0 ? undefined : found
    },
  }
}

/** Whether a value changes without an assignment. */
function isMutable({ type }: MappedField): boolean {
  return type === "date" || type === "json" || type === "bytes"
}

function sameBytes(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false
  return a.every((byte, index) => byte === b[index])
}
