// A form as it was posted: what its page shows again after a refusal.
import { allOptionsOf } from "../../entity/internal.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import type { Input } from "../contract/action.ts"
import type { Route } from "../contract/route.ts"
import type { PostedForm } from "../input/client-request.ts"
import { keyField } from "../input/request-key.ts"
import { isSecretName } from "../input/secret-names.ts"

/** Its name and values are made on first use: a program, and a form that succeeds without script, needs neither. */
export class SentForm implements PostedForm {
  readonly #route: Route
  readonly #id: string
  readonly #fields: Input
  readonly #secrets: ReadonlySet<string>

  constructor(route: Route, id: string, fields: Input, secrets: ReadonlySet<string>) {
    this.#route = route
    this.#id = id
    this.#fields = fields
    this.#secrets = secrets
  }

  get key(): string {
    return this.#route.form(this.#id)
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields).filter(name => name !== keyField)
  }

  /** A password is typed again, and never travels in a cookie or a page; nor does what the route does not take. */
  get values(): Input {
    const shape = this.#route.input
    const isShown = (name: string): boolean => {
      const field = beforeFirst(name, ".")
      const schema = shape[field]
      if (this.#secrets.has(name) || schema === undefined) return false
      const { hidden, encrypted, widget } = allOptionsOf(schema)
      if (hidden === true || encrypted === true) return false
      // A schema that names a control says what its field is, whatever its name looks like.
      return widget === undefined || name !== field ? !isSecretName(name) : widget !== "password"
    }
    const fields = Object.entries(this.#fields).filter(([name]) =>
      Object.hasOwn(shape, beforeFirst(name, ".")),
    )
    // Empty and not left out: an update shows what was typed in place of what is stored.
    return Object.fromEntries(fields.map(([name, value]) => [name, isShown(name) ? value : ""]))
  }
}
