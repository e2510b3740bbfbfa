// Every operator of the table has its method and its key in the types. Never run: `npm run typecheck` is the test.
import type { Operator, TextOperator } from "../contract/operators.ts"
import type { JsonColumn, WhereObject } from "../index.ts"
import type { OperatorsOf } from "./column-types.ts"

type Missing<Names, T> = Exclude<Names, keyof T>
type KeysOf<T> = Exclude<NonNullable<T>, string | number | readonly unknown[]>
type Object = WhereObject<{ title: string; size: number; facts: { a: string } }>

const missing: Record<string, never> = {} as {
  text: Missing<Operator, OperatorsOf<string>>
  number: Missing<Exclude<Operator, TextOperator>, OperatorsOf<number>>
  json: Missing<Operator, JsonColumn<string | number>>
  textKeys: Missing<Operator, KeysOf<Object["title"]>>
  numberKeys: Missing<Exclude<Operator, TextOperator>, KeysOf<Object["size"]>>
  jsonKeys: Missing<Operator, Extract<KeysOf<Object["facts"]>, { path: unknown }>>
}

// Text operators are for text alone.
const beyond: never = {} as Extract<TextOperator, keyof OperatorsOf<number | Date>>

void [missing, beyond]
