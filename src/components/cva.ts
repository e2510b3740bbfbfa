// `cva(...)`: class names chosen by variants, with their types inferred for the component that takes them.
import { type ClassName, cn } from "./cn.ts"

type Variants = Readonly<Record<string, Readonly<Record<string, ClassName>>>>

/** `{ true: ..., false: ... }` is chosen by a boolean. */
type Choice<Name> = Name extends "true" | "false" ? boolean : Name

/** The choice of variants. One that is left out, null or undefined takes its default. */
type Chosen<V extends Variants> = {
  readonly [Name in keyof V]?: Choice<keyof V[Name]> | null | undefined
}

/** The same, and several values at once. */
type Matched<V extends Variants> = {
  readonly [Name in keyof V]?: Choice<keyof V[Name]> | readonly Choice<keyof V[Name]>[] | undefined
}

export interface CvaOptions<V extends Variants> {
  /** By variant and value, the classes. */
  readonly variants?: V
  /** Classes for values that come together; a list stands for any of its values. */
  readonly compoundVariants?: readonly (Matched<V> & { readonly class: ClassName })[]
  readonly defaultVariants?: Chosen<V>
}

/** Gives the classes for chosen variants; `class` adds more after them. */
export type Cva<V extends Variants> = (
  chosen?: Chosen<V> & { readonly class?: ClassName },
) => string

/** The variants that a `cva` function takes: `interface Props extends VariantProps<typeof cardVariants> {}`. */
export type VariantProps<F> = F extends Cva<infer V> ? Chosen<V> : never

/**
 * `cva("base", { variants: { size: { sm: "p-1", lg: "p-4" } }, defaultVariants: { size: "sm" } })({ size: "lg" })` is
 * `"base p-4"`. Classes come in this order: base, variants as declared, compound variants, `class`.
 */
export function cva<const V extends Variants = Record<never, never>>(
  base: ClassName,
  options: CvaOptions<V> = {},
): Cva<V> {
  const { variants, compoundVariants = [], defaultVariants } = options
  const names = Object.keys(variants ?? {})
  const defaults = new Map<string, unknown>(Object.entries(defaultVariants ?? {}))
  return chosen => {
    const choices = new Map<string, unknown>(Object.entries(chosen ?? {}))
    const values = new Map(names.map(name => [name, choices.get(name) ?? defaults.get(name)]))
    const classes = names.map(name => ownValue(variants?.[name], values.get(name)))
    const compound = compoundVariants.filter(rule => matches(rule, values)).map(rule => rule.class)
    return cn(base, classes, compound, chosen?.class)
  }
}

function ownValue(
  classes: Readonly<Record<string, ClassName>> | undefined,
  value: unknown,
): ClassName {
  const key = String(value)
  return classes !== undefined && Object.hasOwn(classes, key) ? classes[key] : undefined
}

function matches(rule: object, values: ReadonlyMap<string, unknown>): boolean {
  return Object.entries(rule).every(([name, expected]) => {
    if (name === "class" || expected === undefined) return true
    const value = String(values.get(name))
    return Array.isArray(expected)
      ? expected.some(one => String(one) === value)
      : String(expected) === value
  })
}
