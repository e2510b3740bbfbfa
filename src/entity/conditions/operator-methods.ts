// The operators of conditions as methods, `p.price.lt(5)`, for fields, JSON values and aggregates alike.
import { type Operator, operatorNames } from "../contract/operators.ts"
import type { Condition } from "./condition.ts"

/** Has a method for each operator of the table; `column-types.ts` says which type of value has which. */
export abstract class Operators {
  static {
    for (const operator of operatorNames) {
      if (Object.hasOwn(Operators.prototype, operator)) continue
      Object.defineProperty(Operators.prototype, operator, {
        value(this: Operators, operand: unknown): Condition {
          return this.build(operator, operand)
        },
        configurable: true,
        writable: true,
      })
    }
  }

  /** Checks the value, and makes the condition. */
  protected abstract build(operator: Operator, value: unknown): Condition

  // Not called as they are given in an object.
  between(from: unknown, to: unknown): Condition {
    return this.build("between", [from, to])
  }
  isNull(): Condition {
    return this.build("isNull", true)
  }
  isNotNull(): Condition {
    return this.build("isNull", false)
  }
}
