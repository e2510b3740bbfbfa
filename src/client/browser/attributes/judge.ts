// Limits data-attr and data-bind: no handlers, no documents, no attributes that the page evaluates, no address that runs script.
import {
  addressKind,
  addressRunsScript,
  isCodeProperty,
  refusalOfName,
} from "../../../shared/attribute-rules.ts"
import { ClientError, describe, report } from "../errors.ts"
import { isEvaluated } from "../plugins.ts"

/** Whether the element may have the attribute `name` with this value. A refusal is reported. */
export function mayHave(el: Element, name: string, value: string): boolean {
  const lower = name.toLowerCase()
  const kind = addressKind(lower)
  const why =
    refusalOfName(lower) || isEvaluated(lower)
      ? "it runs as code"
      : kind && addressRunsScript(kind, value, el.localName)
        ? "it runs script"
        : ""
  if (why)
    report("ATTRIBUTE", describe(el, lower), new ClientError("ATTRIBUTE", `left out: ${why}`))
  return !why
}

/** @throws for a property that holds code or markup, such as `innerHTML`. */
export function assertData(el: Element, property: string): void {
  if (isCodeProperty(property))
    throw new ClientError(
      "ATTRIBUTE",
      `${describe(el)} binds no ${property}: it holds code or markup`,
    )
}
