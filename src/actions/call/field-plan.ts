// The text of a field for every call of one operation: made once for each name, since a list prints it with each row.
import { fieldPart } from "../contract/form-keys.ts"
import { isSecretName, secretPrefix } from "../input/secret-names.ts"

// As ternaries, which need no escape in an attribute. A select has no default value: it keeps what was chosen.
const showDefault = "(el.value === el.sent ? el.value = el.defaultValue ?? el.value : 0)"
const keepAsDefault = "(el.value === el.sent ? el.defaultValue = el.value : 0)"

export interface FieldPlan {
  readonly name: string
  /** The name as a part of the field's id. */
  readonly part: string
  /** From the instance to the value: `address.city` is a part of a value object. */
  readonly path: readonly string[]
  /**
   * Whether an update of the instance's field: then it shows what is stored, and keeps what was saved. The input of any
   * other action makes something else of it (a comment on an article), so it starts empty and is cleared.
   */
  readonly edits: boolean
  /** The effect on the field once its form succeeded. Needs no escape. */
  readonly settle: string
  /** The name of a password; undefined where the name itself says what it is. */
  readonly secretName: string | undefined
}

export function planField(name: string, edits: boolean): FieldPlan {
  const secretName = isSecretName(name) ? undefined : secretPrefix + name
  return {
    name,
    part: fieldPart(name),
    path: name.split("."),
    edits,
    secretName,
    settle: edits ? keepAsDefault : showDefault,
  }
}
