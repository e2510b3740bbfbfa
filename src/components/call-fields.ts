// The fields of a call as controls, in groups: what a form shows that lists none.
import type { Child, FormField, Markup } from "../html/index.ts"
import { Checkbox, Switch } from "./checkbox.ts"
import type { FormCall } from "./field.ts"
import { Fieldset } from "./form-layout.ts"
import { Input, Textarea } from "./input.ts"
import { RadioGroup } from "./radio-group.ts"
import { Select } from "./select.ts"

/** A control for each field; those of one group stand together, where the first of them stands. */
export function callFields(call: FormCall, fields: readonly FormField[]): Child[] {
  const groups = new Map<string, FormField[]>()
  const parts: (FormField | FormField[])[] = []
  for (const field of fields) {
    const { group } = field
    const members = group === undefined ? undefined : groups.get(group)
    if (members !== undefined) members.push(field)
    else if (group === undefined) parts.push(field)
    else {
      const together = [field]
      groups.set(group, together)
      parts.push(together)
    }
  }
  return parts.map(part => {
    if (!Array.isArray(part)) return controlOf(call, part)
    // A list is made of the fields of one group.
    const legend = part[0]?.group as string
    return Fieldset({ legend }, ...part.map(field => controlOf(call, field)))
  })
}

function controlOf(call: FormCall, { name, widget }: FormField): Markup {
  switch (widget) {
    case "textarea":
      return Textarea({ name, call })
    case "select":
      return Select({ name, call })
    case "radio":
      return RadioGroup({ name, call })
    case "checkbox":
      return Checkbox({ name, call })
    case "switch":
      return Switch({ name, call })
    default:
      return Input({ name, call })
  }
}
