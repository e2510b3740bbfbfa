// data-indicator: a signal that is true while the element has a request under way.

import type { FetchDetail } from "../fetch/events.ts"
import { toCase } from "../names.ts"
import { attribute } from "../plugins.ts"
import { setPath } from "../store.ts"

attribute({
  name: "indicator",
  either: true,
  // Before data-init, whose request it shall see.
  order: 5,
  apply({ el, key, value, modifiers, listen, onCleanup }) {
    const path = key ? toCase(key, modifiers, "camel") : value
    let underWay = 0
    setPath(path, false)
    listen(document, "datastar-fetch", event => {
      // Only our fetch dispatches it.
      const { type, el: source } = (event as CustomEvent<FetchDetail>).detail
      if (source !== el || (type !== "started" && type !== "finished")) return
      underWay = Math.max(0, underWay + (type === "started" ? 1 : -1))
      setPath(path, underWay > 0)
    })
    onCleanup(() => setPath(path, false))
  },
})
