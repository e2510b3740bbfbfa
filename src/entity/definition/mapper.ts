// Between the values of an entity and the row that a store keeps: decode, encode, and find what changed.

import { markData } from "../../shared/data.ts"
import { isNitroError, NitroError } from "../../shared/errors.ts"
import type { FieldType, ValueClass } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { isValue, type Value } from "../contract/predicate.ts"
import type { Codec, Encoding, Row } from "../contract/repository.ts"
import { StoredValue } from "../contract/stored-value.ts"
import type { Defined } from "./define.ts"
import { decrypt, encrypt } from "./encryption.ts"
import { canGenerate, generate, type PlainClass } from "./generate.ts"
import { checkedJson, refuseOther } from "./json-values.ts"
import { isValueObject, toValueObject } from "./value-object.ts"

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
  /** The same of a column that conditions compare. @throws NITRO_QUERY for one that holds JSON. */
  valueAt(index: number, stored: unknown): Value
  /** The text form of stored values of the column at this index; undefined where decoding loses nothing. */
  exactAt(index: number): Codec["exact"]
  /** The operand that makes a condition on the column at this index find exactly this stored value. */
  operandAt(index: number, stored: unknown): Value | StoredValue
}

type WholeRows = Pick<Mapper, "decode" | "encode" | "difference">

interface MappedField {
  readonly name: string
  readonly type: FieldType
  readonly absent: null | undefined
  readonly exact: Codec["exact"]
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
  const fields = defined.internals.map(({ field, value, isLoose = false, absent }): MappedField => {
    const { name, type, encrypted } = field
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
      absent,
      exact: value ? undefined : encoding[type]?.exact,
      holds: codec && (value ? sameValue(codec) : encrypted ? sameText(codec) : undefined),
      isSame:
        codec?.isSame &&
        ((stored, encoded) =>
          stored !== null && encoded !== null && codec.isSame?.(stored, encoded) === true),
      keepsNumbers: codec?.keepsNumbers === true && !encrypted,
      decode: codec && ((stored: unknown) => codec.decode(stored)),
      encode: codec && ((value: unknown) => codec.encode(value)),
    }
  })
  const encodeAt = (index: number, value: unknown): unknown => {
    const encode = fields[index]?.encode
    return value === undefined || value === null ? null : encode ? encode(value) : value
  }
  const decodeAt = (index: number, stored: unknown): unknown => {
    const field = fields[index]
    if (stored === null) return field?.absent
    if (field?.decode === undefined) return stored
    try {
      return field.decode(stored)
    } catch (error) {
      throw storedValueError(defined.definition.name, field, error)
    }
  }
  const valueAt = (index: number, stored: unknown): Value => {
    const value = decodeAt(index, stored) ?? null
    if (isValue(value)) return value
    throw queryError(
      `${defined.definition.name}.${fields[index]?.name} holds JSON, which cannot be compared.`,
    )
  }
  const exactAt = (index: number): Codec["exact"] => fields[index]?.exact
  const operandAt = (index: number, stored: unknown): Value | StoredValue =>
    stored === null || exactAt(index) === undefined
      ? valueAt(index, stored)
      : new StoredValue(stored)
  // Decodes again, one by one, to find the value that failed.
  const explain = (row: Row, error: unknown): unknown => {
    for (let index = 0; index < fields.length; index++) decodeAt(index, row[index])
    return error
  }
  const mapper =
    generated && defined.valuesClass !== undefined
      ? generatedMapper(fields, explain, defined.valuesClass)
      : closureMapper(fields, encodeAt, decodeAt)
  return { ...mapper, encodeAt, decodeAt, valueAt, exactAt, operandAt }
}

/** Refuses what would come back as something else, on every store alike. */
function jsonCodec(
  entity: string,
  field: string,
  codec: Codec | undefined,
  isLoose: boolean,
): Codec | undefined {
  if (codec === undefined) return undefined
  return {
    ...codec,
    decode: stored => markData(codec.decode(stored)),
    encode(value) {
      if (isLoose) refuseOther(value, entity, field)
      return checkedJson(codec, value, entity, field)
    },
  }
}

/** Another program wrote it, or the field has another type now. */
function storedValueError(
  entity: string,
  field: Pick<MappedField, "name" | "type">,
  cause: unknown,
): unknown {
  if (isNitroError(cause)) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new NitroError(
    "NITRO_STORED_VALUE",
    `${entity}.${field.name} (${field.type}) cannot be read: ${reason}.`,
    {
      cause,
      details: { entity, field: field.name },
    },
  )
}

function sameText(codec: Codec): MappedField["holds"] {
  return (stored, value) => stored !== null && codec.decode(stored) === value
}

/** Some databases reorder JSON: texts that differ may be equal. */
function sameValue(codec: Codec): MappedField["holds"] {
  return (stored, value) => {
    if (stored === null) return false
    return (
      stored === codec.encode(value) || (isValueObject(value) && value.equals(codec.decode(stored)))
    )
  }
}

/** A store keeps the parts of a value object as it keeps JSON. */
function valueCodec(type: ValueClass, json: Codec | undefined): Codec {
  return {
    encode: (value: { toJSON(): unknown }) => (json ? json.encode(value.toJSON()) : value.toJSON()),
    decode: stored => toValueObject(type, json ? json.decode(stored) : stored),
  }
}

function secretCodec(place: string, text: Codec | undefined): Codec {
  return {
    encode: (value: string) => (text ? text.encode(encrypt(value, place)) : encrypt(value, place)),
    decode: (stored: string) => decrypt(text ? String(text.decode(stored)) : stored, place),
  }
}

// One function per entity gives every instance the same hidden class and lets the engine inline the codecs.
function generatedMapper(
  fields: readonly MappedField[],
  explain: (row: Row, error: unknown) => unknown,
  valuesClass: PlainClass,
): WholeRows {
  const scope: Record<string, unknown> = { sameBytes, explain, toRow, Values: valuesClass }
  fields.forEach((field, i) => {
    scope[`d${i}`] = field.decode
    scope[`e${i}`] = field.encode
    scope[`h${i}`] = field.holds
    scope[`s${i}`] = field.isSame
  })
  const decoded = fields.map((field, i) => {
    const value = field.decode ? decodedAt(field, i) : `r[${i}]`
    const plain = !field.decode && field.absent === null
    return plain ? value : `r[${i}]===null?${String(field.absent)}:${value}`
  })
  const encoded = (field: MappedField, i: number): string => {
    const name = `v[${JSON.stringify(field.name)}]`
    return field.encode ? `${name}==null?null:e${i}(${name})` : `${name}??null`
  }
  const compare = (field: MappedField, i: number): string => {
    const value = encoded(field, i)
    if (field.holds) {
      const name = `v[${JSON.stringify(field.name)}]`
      return `x=${name}??null;if(x===null?r[${i}]!==null:!h${i}(r[${i}],x)){if(d===undefined)d={columns:[],values:[]};d.columns.push(${i});d.values.push(${value})}`
    }
    const differs =
      field.type === "bytes"
        ? `!sameBytes(x,r[${i}])`
        : `x!==r[${i}]${field.isSame ? `&&!s${i}(r[${i}],x)` : ""}`
    return `x=${value};if(${differs}){if(d===undefined)d={columns:[],values:[]};d.columns.push(${i});d.values.push(x)}`
  }
  const compared = fields.map((field, i) =>
    isMutable(field) ? `if(exposed){${compare(field, i)}}` : compare(field, i),
  )
  return {
    decode: generate(
      `function decode(r){try{return new Values(${decoded.join()})}catch(e){throw explain(r,e)}}`,
      scope,
    ),
    encode: generate(`function encode(v){return toRow(${fields.map(encoded).join()})}`, scope),
    difference: generate(
      `function difference(v,r,exposed){let d,x;${compared.join(";")};return d}`,
      scope,
    ),
  }
}

// Not a literal, for the reason that `plainClass` has.
const toRow = (...values: unknown[]): Row => values

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
      const difference: Difference = { columns: [], values: [] }
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
        difference.columns.push(i)
        difference.values.push(encoded)
      })
      return difference.columns.length === 0 ? undefined : difference
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
