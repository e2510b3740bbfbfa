// Loaded before examples/orders: its host.ts is the file of examples/hosts that NITRO_TEST_HOST names.
import { register } from "node:module"

const hooks = `
const host = ${JSON.stringify(process.env["NITRO_TEST_HOST"])}
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context)
  return { ...resolved, url: resolved.url.replace("/examples/orders/host.ts", "/examples/hosts/" + host + ".ts") }
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
