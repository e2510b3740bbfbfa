// The browser client's entry: speaks the Datastar v1 protocol. Loading it twice on one page has no effect.
import "./actions.ts"
import "./attributes/bind.ts"
import "./attributes/dom.ts"
import "./attributes/events.ts"
import "./attributes/indicator.ts"
import "./attributes/signals.ts"
import "./fetch/actions.ts"
import { report } from "./errors.ts"
import { detectEvaluator, prepareEvaluator } from "./expression/index.ts"
import { watchDecisions } from "./fetch/flight.ts"
import { rememberOpen } from "./patch/forms.ts"
import { watchPatches } from "./patch/watch.ts"
import * as registry from "./plugins.ts"

const LOADED = Symbol.for("nitro.client")
type Page = Document & { [LOADED]?: Pick<typeof registry, "action" | "attribute"> }

// This file alone writes the member, below.
const page = document as Page
const isFirst = page[LOADED] === undefined
page[LOADED] ??= { action: registry.action, attribute: registry.attribute }
const { action, attribute } = page[LOADED]

async function start(): Promise<void> {
  if (detectEvaluator() === "interpret") await prepareEvaluator("interpret")
  registry.onElement(rememberOpen)
  watchPatches()
  watchDecisions()
  registry.observe()
}

const fail = (error: unknown): void => report("START", "the client", error)

if (isFirst) {
  if (document.readyState === "loading")
    document.addEventListener("DOMContentLoaded", () => start().catch(fail), { once: true })
  // A task later, so that a module which imports this one can register its plugins first.
  else setTimeout(() => start().catch(fail))
}

export { action, attribute }
