// The part of Standard Schema v1 (https://standardschema.dev) that an event reads: zod, valibot and arktype satisfy it.
import type { MaybePromise } from "../../shared/types.ts"

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => MaybePromise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"]
export type SchemaOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"]
