// `openapi({ title, version })`: a plugin that serves the OpenAPI document of its app.
import { type AppState, context } from "../../actions/index.ts"
import { formKeyFrom, type Route } from "../../actions/internal.ts"
import { fileResponse } from "../../adapters/file.ts"
import { type Plugin, plugin } from "../../app/index.ts"
import { shortHash } from "../../shared/short-hash.ts"
import { docsFiles } from "./docs-page.ts"
import { documentOf } from "./document.ts"
import { type OpenApiOptions, type OpenApiSettings, settingsOf } from "./options.ts"

/**
 * Serves the OpenAPI 3.1 document of every route, action, command and query of the app at `/_nitro/openapi.json`, below the base path.
 * Every visitor may read it, unless `allow` decides otherwise. Hidden fields are not in it.
 *
 * ```ts
 * nitro({ entities: [expose(Todo)], plugins: [openapi({ title: "Todos", version: "1.0.0" })] })
 * ```
 *
 * @throws NITRO_OPENAPI for an invalid option, NITRO_OPENAPI_DOCS when `docs` needs a package that is not installed.
 */
export function openapi(options: OpenApiOptions): Plugin {
  const settings = settingsOf(options)
  return plugin({
    name: "openapi",
    setup: () => ({ routes: [routesOf(settings)] }),
  })
}

interface MadeDocument {
  readonly basePath: string
  readonly text: string
  readonly hash: string
}

/** Called for each app: two apps of one plugin have two documents. */
function routesOf(settings: OpenApiSettings): readonly Route[] {
  const { path, docsPath, allow } = settings
  const files = docsPath === undefined ? [] : docsFiles(docsPath, path, settings.title)
  const ownPaths = new Set([path, ...files.map(file => file.path)])
  let current: MadeDocument | undefined
  const documentFor = (app: AppState): MadeDocument => {
    // The first request reveals the base path where the host mounts the app.
    if (current?.basePath !== app.basePath) {
      const text = JSON.stringify(documentOf(app, settings, ownPaths))
      current = { basePath: app.basePath, text, hash: shortHash(text) }
    }
    return current
  }
  const route = (operation: string, pattern: string, run: Route["run"]): Route => ({
    method: "GET",
    pattern,
    name: `openapi.${operation}`,
    operation,
    form: () => formKeyFrom("openapi", operation, ""),
    allow,
    input: {},
    checksInput: true,
    ownsUnits: true,
    run,
  })
  return [
    route("document", path, async ({ request }) => {
      const { text, hash } = documentFor(context().app)
      const type = "application/json; charset=utf-8"
      return {
        value: await fileResponse(request, {
          type,
          hash,
          isImmutable: false,
          encodings: {},
          load: () => text,
        }),
      }
    }),
    ...files.map(file =>
      route("docs", file.path, async ({ request }) => ({ value: await file.respond(request) })),
    ),
  ]
}
