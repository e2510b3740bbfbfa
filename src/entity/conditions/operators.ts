// The operators of conditions as methods: what `p.price.lt(5)` calls, whatever it is asked of.
import type { Condition } from "./condition.ts"

/** Column types say which of these which type of value has. */
export abstract class Operators {
  /** Checks the value, and makes the condition. */
  protected abstract build(operator: string, value: unknown): Condition

  eq(value: unknown): Condition {
    return this.build("eq", value)
  }
  ne(value: unknown): Condition {
    return this.build("ne", value)
  }
  lt(value: unknown): Condition {
    return this.build("lt", value)
  }
  lte(value: unknown): Condition {
    return this.build("lte", value)
  }
  gt(value: unknown): Condition {
    return this.build("gt", value)
  }
  gte(value: unknown): Condition {
    return this.build("gte", value)
  }
  in(values: unknown): Condition {
    return this.build("in", values)
  }
  notIn(values: unknown): Condition {
    return this.build("notIn", values)
  }
  between(from: unknown, to: unknown): Condition {
    return this.build("between", [from, to])
  }
  contains(value: unknown): Condition {
    return this.build("contains", value)
  }
  startsWith(value: unknown): Condition {
    return this.build("startsWith", value)
  }
  endsWith(value: unknown): Condition {
    return this.build("endsWith", value)
  }
  like(value: unknown): Condition {
    return this.build("like", value)
  }
  isNull(): Condition {
    return this.build("isNull", true)
  }
  isNotNull(): Condition {
    return this.build("isNull", false)
  }
}
