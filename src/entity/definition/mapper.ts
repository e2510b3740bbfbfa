// Between the values of an entity and the row that a store keeps: decode, encode, and find what changed.

import { markData } from "../../shared/data.ts"
import { isNitroError, NitroError } from "../../shared/errors.ts"
import type {
  EntityDefinition,
  FieldDefinition,
  FieldType,
  ValueClass,
} from "../contract/definition.ts"
import type { Value } from "../contract/predicate.ts"
import type { Codec, Encoding, Row } from "../contract/repository.ts"
import { StoredValue } from "../contract/stored-value.ts"
import type { Defined, FieldInternals } from "./define.ts"
import { decrypt, encrypt } from "./encryption.ts"
import { canGenerate, generate } from "./generate.ts"
import { checkedJson, refuseOther } from "./json-values.ts"
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
  /** The text form of stored values of the column at this index; undefined where decoding loses nothing. */
  exactAt(index: number): Codec["exact"]
  /** What a condition compares the column at this index with, to find exactly this stored value. */
  operandAt(index: number, stored: unknown): Value | StoredValue
}

type WholeRows = Pick<Mapper, "decode" | "encode" | "difference">

interface MappedField {
  readonly name: string
  readonly type: FieldType
  readonly absent: null | undefined
  readonly decode: ((stored: unknown) => unknown) | undefined
  /** Stored numbers are not decoded. */
  readonly keepsNumbers: boolean
  readonly encode: ((value: unknown) => unknown) | undefined
  /** For encodings that may differ where the values are equal: whether the stored value is this one. */
  readonly holds: ((stored: unknown, value: unknown) => boolean) | undefined
  /** For encodings with several spellings: whether the stored value is the encoded one. */
  readonly isSame: ((stored: unknown, encoded: unknown) => boolean) | undefined
}

export function createMapper(
  defined: Defined,
  encoding: Encoding,
  generated: boolean = canGenerate,
): Mapper {
  const fields = defined.definition.fields.map(({ name, type, encrypted }, index): MappedField => {
    const { value, isLoose = false } = defined.internals[index] as FieldInternals
    const codec = value
      ? valueCodec(value, jsonCodec(defined.definition.name, name, encoding.json, false))
      : encrypted
        ? secretCodec(`${defined.definition.name}.${name}`, encoding.string)
        : type === "json"
          ? jsonCodec(defined.definition.name, name, encoding.json, isLoose)
          : encoding[type]
    return {
      name,
      type,
      absent: (defined.internals[index] as FieldInternals).absent,
      holds: codec && (value ? sameValue(codec) : encrypted ? sameText(codec) : undefined),
      isSame:
        codec?.isSame &&
        ((stored, encoded) =>
          stored !== null &&
          encoded !== null &&
          codec.isSame?.(stored as never, encoded as never) === true),
      keepsNumbers: codec?.keepsNumbers === true && !encrypted,
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
    if (stored === null) return absent
    if (decode === undefined) return stored
    try {
      return decode(stored)
    } catch (error) {
      throw storedValueError(defined.definition, index, error)
    }
  }
  const exactAt = (index: number): Codec["exact"] =>
    defined.internals[index]?.value
      ? undefined
      : encoding[(fields[index] as MappedField).type]?.exact
  const operandAt = (index: number, stored: unknown): Value | StoredValue => {
    if (stored === null) return null
    return exactAt(index) === undefined
      ? (decodeAt(index, stored) as Value)
      : new StoredValue(stored)
  }
  // Decodes again, one by one, to find the value that failed.
  const explain = (row: Row, error: unknown): unknown => {
    for (let index = 0; index < fields.length; index++) decodeAt(index, row[index])
    return error
  }
  const mapper = generated
    ? generatedMapper(fields, explain)
    : closureMapper(fields, encodeAt, decodeAt)
  return { ...mapper, encodeAt, decodeAt, exactAt, operandAt }
}

/** Refuses what would come back as something else, on every store alike. */
function jsonCodec(
  entity: string,
  field: string,
  codec: Codec | undefined,
  isLoose: boolean,
): Codec | undefined {
  if (codec === undefined) return undefined
  const encode = codec.encode as (value: unknown) => unknown
  return {
    ...codec,
    decode: (stored: never) => markData(codec.decode(stored)),
    encode(value: unknown) {
      if (isLoose) refuseOther(value, entity, field)
      return checkedJson(() => encode(value), entity, field)
    },
  }
}

/** Another program wrote it, or the field has another type now. */
function storedValueError(
  { name, fields }: EntityDefinition,
  index: number,
  cause: unknown,
): unknown {
  if (isNitroError(cause)) return cause
  const field = fields[index] as FieldDefinition
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new NitroError(
    "NITRO_STORED_VALUE",
    `${name}.${field.name} (${field.type}) cannot be read: ${reason}.`,
    {
      cause,
      details: { entity: name, field: field.name },
    },
  )
}

function sameText(codec: Codec): MappedField["holds"] {
  return (stored, value) => stored !== null && codec.decode(stored as never) === value
}

/** Some databases write JSON in an order of their own: what looks different may be equal. */
function sameValue(codec: Codec): MappedField["holds"] {
  return (stored, value) => {
    if (stored === null) return false
    return (
      stored === codec.encode(value as never) ||
      (value as { equals(other: unknown): boolean }).equals(codec.decode(stored as never))
    )
  }
}

/** A store keeps the parts of a value object as it keeps JSON. */
function valueCodec(type: ValueClass, json: Codec | undefined): Codec {
  return {
    encode: (value: { toJSON(): unknown }) =>
      json ? json.encode(value.toJSON() as never) : value.toJSON(),
    decode: (stored: unknown) => toValueObject(type, json ? json.decode(stored as never) : stored),
  }
}

function secretCodec(place: string, text: Codec | undefined): Codec {
  return {
    encode: (value: string) =>
      text ? text.encode(encrypt(value, place) as never) : encrypt(value, place),
    decode: (stored: string) =>
      decrypt(text ? (text.decode(stored as never) as string) : stored, place),
  }
}

// One object literal per entity gives every instance the same hidden class and lets the engine inline the codecs.
function generatedMapper(
  fields: readonly MappedField[],
  explain: (row: Row, error: unknown) => unknown,
): WholeRows {
  const scope: Record<string, unknown> = { sameBytes, explain }
  fields.forEach((field, i) => {
    scope[`d${i}`] = field.decode
    scope[`e${i}`] = field.encode
    scope[`h${i}`] = field.holds
    scope[`s${i}`] = field.isSame
  })
  const decoded = fields.map((field, i) => {
    const value = field.decode ? decodedAt(field, i) : `r[${i}]`
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
    const differs =
      fields[i]?.type === "bytes"
        ? `!sameBytes(x,r[${i}])`
        : `x!==r[${i}]${fields[i]?.isSame ? `&&!s${i}(r[${i}],x)` : ""}`
    return `x=${value};if(${differs}){if(d===undefined)d={columns:[],values:[]};d.columns.push(${i});d.values.push(x)}`
  }
  const compared = encoded.map((value, i) =>
    isMutable(fields[i] as MappedField) ? `if(exposed){${compare(value, i)}}` : compare(value, i),
  )
  return {
    decode: generate(
      `function decode(r){try{return {${decoded.join()}}}catch(e){throw explain(r,e)}}`,
      scope,
    ),
    encode: generate(`function encode(v){return [${encoded.join()}]}`, scope),
    difference: generate(
      `function difference(v,r,exposed){let d,x;${compared.join(";")};return d}`,
      scope,
    ),
  }
}

// A call costs as much as the rest of a number. `|0` is what a whole number of 32 bits stays.
function decodedAt({ type, keepsNumbers }: MappedField, i: number): string {
  if (!keepsNumbers) return `d${i}(r[${i}])`
  return `(${type === "integer" ? `(r[${i}]|0)===r[${i}]` : `typeof r[${i}]==="number"`}?r[${i}]:d${i}(r[${i}]))`
}

function closureMapper(
  fields: readonly MappedField[],
  encodeAt: Mapper["encodeAt"],
  decodeAt: Mapper["decodeAt"],
): WholeRows {
  return {
    decode(row) {
      const values: Values = {}
      fields.forEach((field, i) => {
        values[field.name] = decodeAt(i, row[i])
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
        if (
          field.type === "bytes"
            ? sameBytes(encoded, row[i])
            : encoded === row[i] || field.isSame?.(row[i], encoded)
        )
          return
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
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length)
    return false
  return a.every((byte, index) => byte === b[index])
}
