// Entities and rows that the store suite writes: every field type, null in each, and values that trip stores up.
import { z } from "zod"
import { Entity, type EntityStatics } from "../entity/index.ts"
import type { EntityDefinition, Predicate, Repository, Row, Store } from "../entity/store.ts"

// The classes are exported by their types, spelled out: declarations are made file by file, without inference.
export interface AccountValues {
  readonly id: string
  email: string
  region: string | null
  number: number | null
  balance: number
}
export type AccountInput = Partial<AccountValues> & { email: string }

export interface VersionedValues {
  readonly id: string
  title: string
  note: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly version: number
}
export type VersionedInput = { id?: string; title: string; note?: string }

export interface SampleValues {
  readonly id: string
  text: string | null
  count: number | null
  limit: number | null
  ratio: number | null
  flag: boolean | null
  at: Date | null
  big: bigint | null
  bytes: Uint8Array | null
  data: unknown
}

export const Sample: EntityStatics<
  SampleValues,
  Partial<SampleValues>,
  Partial<SampleValues>
> = class Sample extends Entity(
  "Sample",
  {
    text: z.string().nullable().default(null),
    count: z.int().nullable().default(null),
    limit: z.int().nullable().default(null),
    ratio: z.number().nullable().default(null),
    flag: z.boolean().nullable().default(null),
    at: z.date().nullable().default(null),
    big: z.bigint().nullable().default(null),
    bytes: z.instanceof(Uint8Array).nullable().default(null),
    data: z.json().nullable().default(null),
  },
  { index: ["count", "text"], plural: "nitro-suite-samples" },
) {} as never // zod spells the type of JSON and bytes more narrowly than a sample needs.

export const Account: EntityStatics<
  AccountValues,
  AccountInput,
  Partial<AccountInput>
> = class Account extends Entity(
  "Account",
  {
    email: z.string(),
    region: z.string().nullable().default(null),
    number: z.int().nullable().default(null),
    balance: z.int().default(0),
  },
  { unique: ["email", ["region", "number"]], plural: "nitro-suite-accounts" },
) {}

export const Versioned: EntityStatics<
  VersionedValues,
  VersionedInput,
  Partial<VersionedInput>
> = class Versioned extends Entity(
  "Versioned",
  { title: z.string(), note: z.string().default("") },
  { version: true, timestamps: true, plural: "nitro-suite-versioned" },
) {}

/** Texts that are quoting, encoding and pattern mistakes waiting to happen. NUL and half surrogate pairs are left out: SQL has neither. */
export const naughtyTexts: readonly string[] = [
  "",
  " ",
  "null",
  "undefined",
  "NaN",
  "true",
  "0",
  "-0",
  "1e1000",
  "'",
  '"',
  "`",
  "''",
  "\\",
  "\\'",
  "%",
  "_",
  "\\%",
  "100%",
  "a_b",
  "?",
  "$1",
  ":id",
  "@id",
  "--",
  "; drop table samples; --",
  "' or 1=1 --",
  "/* */",
  "{}",
  "[]",
  "__proto__",
  "constructor",
  "<script>alert(1)</script>",
  "\t\n\r\v\f",
  "\u0001\u001f\u007f",
  "\ufeffbom",
  "\u200b\u202e\u2066",
  "Ünïcödé",
  "İıßſK",
  "ÉÈé",
  "日本語",
  "e\u0301",
  "\u00e9",
  "👩‍👩‍👧‍👦",
  "𝒳\u{10ffff}",
  "\uffff\ue000",
]

type SampleRow = { [K in Exclude<keyof SampleValues, "id">]?: SampleValues[K] }

const day = (n: number): Date => new Date(Date.UTC(2024, 0, n, 12, 30, 15, 250))

/** Rows with ties, nulls and near misses in every column; the last has null everywhere. */
export const sampleRows: readonly SampleRow[] = [
  {
    text: "Apple",
    count: 1,
    limit: 1,
    ratio: 0.5,
    flag: true,
    at: day(1),
    big: 1n,
    bytes: Uint8Array.of(0, 255),
  },
  {
    text: "apple",
    count: 2,
    limit: 1,
    ratio: -0.5,
    flag: false,
    at: day(2),
    big: -1n,
    bytes: Uint8Array.of(),
  },
  {
    text: "APPLE pie",
    count: 2,
    limit: 3,
    ratio: 1e21,
    flag: true,
    at: day(2),
    big: 9007199254740993n,
    bytes: Uint8Array.of(0),
  },
  {
    text: "100%",
    count: -5,
    limit: null,
    ratio: 1e-7,
    flag: null,
    at: day(3),
    big: null,
    bytes: Uint8Array.of(255),
  },
  {
    text: "100 percent",
    count: 0,
    limit: 0,
    ratio: 0,
    flag: false,
    at: null,
    big: 0n,
    bytes: null,
  },
  {
    text: "a_b",
    count: 10,
    limit: 9,
    ratio: 3,
    flag: true,
    at: day(10),
    big: -9223372036854775808n,
    bytes: null,
  },
  {
    text: "axb",
    count: 9,
    limit: 10,
    ratio: 2.999,
    flag: false,
    at: day(9),
    big: 9223372036854775807n,
    bytes: Uint8Array.of(1, 2, 3),
  },
  {
    text: "ÉCLAIR",
    count: null,
    limit: 2,
    ratio: null,
    flag: true,
    at: new Date(0),
    big: 10n,
    bytes: null,
  },
  {
    text: "éclair",
    count: 2,
    limit: null,
    ratio: 10,
    flag: null,
    at: new Date(-86_400_000),
    big: 9n,
    bytes: null,
  },
  {
    text: "\u{1f34e}",
    count: 7,
    limit: 7,
    ratio: 7,
    flag: true,
    at: day(7),
    big: 7n,
    data: { a: [1, null, "x"] },
  },
  { text: "\uff01", count: 7, limit: 8, ratio: 7.5, flag: false, at: day(7), big: 7n, data: [] },
  {
    text: "back\\slash",
    count: 3,
    limit: 3,
    ratio: 3.5,
    flag: false,
    at: day(4),
    big: 3n,
    data: "text",
  },
  { text: "", count: 4, limit: 4, ratio: 4.25, flag: true, at: day(5), big: 4n, data: 0 },
  {},
]

/** Each operator on each type it has, with null and empty and literal wildcards; then combinations. */
export const samplePredicates: readonly Predicate[] = [
  ...(["eq", "ne", "lt", "lte", "gt", "gte"] as const).flatMap((op): Predicate[] => [
    { op, field: "text", value: "apple" },
    { op, field: "text", value: "\uff01" },
    { op, field: "text", value: "" },
    { op, field: "count", value: 2 },
    { op, field: "count", value: 2.5 },
    { op, field: "ratio", value: 3 },
    { op, field: "flag", value: true },
    { op, field: "at", value: day(2) },
    { op, field: "big", value: 9007199254740993n },
    { op, field: "count", value: { field: "limit" } },
    { op, field: "id", value: "00000000-0000-7000-8000-000000000004" },
  ]),
  { op: "eq", field: "bytes", value: Uint8Array.of(255) },
  { op: "ne", field: "bytes", value: Uint8Array.of(255) },
  { op: "eq", field: "text", value: null },
  { op: "ne", field: "text", value: null },
  { op: "in", field: "count", values: [] },
  { op: "notIn", field: "count", values: [] },
  { op: "in", field: "count", values: [1, 2, 99] },
  { op: "notIn", field: "count", values: [1, 2, 99] },
  { op: "in", field: "count", values: [1, null] },
  { op: "notIn", field: "count", values: [1, null] },
  { op: "in", field: "text", values: ["apple", "100%", "'", "?"] },
  { op: "in", field: "flag", values: [true] },
  { op: "in", field: "at", values: [day(2), day(7)] },
  { op: "in", field: "big", values: [7n, 9223372036854775807n] },
  { op: "between", field: "count", from: 1, to: 7 },
  { op: "between", field: "count", from: 7, to: 1 },
  { op: "between", field: "at", from: day(2), to: day(7) },
  { op: "between", field: "text", from: "a", to: "b" },
  ...["text", "count", "ratio", "flag", "at", "big", "bytes", "data"].map(
    (field): Predicate => ({ op: "isNull", field }),
  ),
  ...(["contains", "startsWith", "endsWith"] as const).flatMap(op =>
    ["apple", "PPL", "%", "_", "\\", "", "é", "É", "'"].map(
      (value): Predicate => ({ op, field: "text", value }),
    ),
  ),
  ...["%apple%", "a_b", "100%", "_pple", "%", "", "\\%", "%\\%", "_", "APPLE", "%é%"].map(
    (value): Predicate => ({ op: "like", field: "text", value }),
  ),
  { op: "not", of: { op: "gt", field: "count", value: 2 } },
  { op: "not", of: { op: "contains", field: "text", value: "apple" } },
  { op: "not", of: { op: "between", field: "count", from: 1, to: 7 } },
  { op: "not", of: { op: "lt", field: "count", value: { field: "limit" } } },
  { op: "not", of: { op: "not", of: { op: "eq", field: "flag", value: true } } },
  { op: "and", of: [] },
  { op: "or", of: [] },
  {
    op: "and",
    of: [
      { op: "gt", field: "count", value: 1 },
      { op: "lt", field: "count", value: 8 },
      { op: "ne", field: "count", value: 3 },
    ],
  },
  {
    op: "or",
    of: [
      { op: "isNull", field: "count" },
      {
        op: "and",
        of: [
          { op: "eq", field: "flag", value: true },
          { op: "not", of: { op: "startsWith", field: "text", value: "a" } },
        ],
      },
    ],
  },
  {
    op: "not",
    of: {
      op: "or",
      of: [
        { op: "isNull", field: "text" },
        { op: "gte", field: "ratio", value: 3 },
      ],
    },
  },
]

/** `00000000-0000-7000-8000-00000000000N` */
export function sampleId(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
}

/** A row as this store encodes it. */
export function encodeRow(
  store: Store,
  definition: EntityDefinition,
  values: Readonly<Record<string, unknown>>,
): Row {
  return definition.fields.map(({ name, type }) => encodeValue(store, type, values[name]))
}

export function encodeValue(
  store: Store,
  type: EntityDefinition["fields"][number]["type"],
  value: unknown,
): unknown {
  if (value === undefined || value === null) return null
  const codec = store.encoding[type]
  // The samples have values of the types of their fields.
  return codec === undefined ? value : codec.encode(value as never)
}

type SampleEntity = SampleRow & { readonly id: string }

/** Binds the samples and inserts them in an order that is not that of their ids. */
export async function insertSamples(
  store: Store,
): Promise<{ repository: Repository; entities: readonly SampleEntity[] }> {
  const repository = store.bind(Sample.definition)
  const entities = sampleRows.map((values, index) => ({
    ...emptySample,
    ...values,
    id: sampleId(index),
  }))
  const shuffled = entities.flatMap((_, index) => entities[(index * 5 + 3) % entities.length] ?? [])
  for (const values of shuffled)
    await repository.write([{ op: "insert", row: encodeRow(store, Sample.definition, values) }])
  return { repository, entities }
}

const emptySample: SampleRow = {
  text: null,
  count: null,
  limit: null,
  ratio: null,
  flag: null,
  at: null,
  big: null,
  bytes: null,
  data: null,
}
