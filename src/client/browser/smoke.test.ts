import { expect, it } from "vitest"
it("runs in a browser", () => { expect(document.body.tagName).toBe("BODY") })
