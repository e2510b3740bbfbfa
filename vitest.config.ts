// Three projects: `node` runs in Node, `compiled` runs the tests of templates there once more, with the templates compiled,
// `chromium` runs the browser client's own tests inside a real Chromium.
import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"
import { playwright } from "@vitest/browser-playwright"
import { defineConfig } from "vitest/config"
import { nitro } from "./src/compile/vite.ts"
import { chromiumArgs, chromiumPath } from "./test/support/chromium.ts"

const root = fileURLToPath(new URL(".", import.meta.url))
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  exports: Record<string, { source?: string }>
}

// Tests import the public subpaths and get the sources: the `source` condition, spelled as aliases because vite does
// not resolve a package's import of itself.
const alias = Object.entries(exports).flatMap(([subpath, target]) =>
  target.source
    ? [
        {
          find: new RegExp(`^nitro-ts${subpath.slice(1).replaceAll("/", "\\/")}$`),
          replacement: `${root}${target.source.slice(2)}`,
        },
      ]
    : [],
)

/** What the browser tests ask at their own address goes to their test server (src/client/browser/support/server.mjs). */
function answerHere(request: IncomingMessage, response: ServerResponse): void {
  const { nitroTestAnswer } = globalThis as unknown as { nitroTestAnswer: typeof answerHere }
  nitroTestAnswer(request, response)
}

export default defineConfig({
  resolve: { alias },
  esbuild: { target: "es2022", jsx: "automatic", jsxImportSource: "nitro-ts/html" },
  test: {
    // A busy machine takes its time; what never comes fails all the same.
    expect: { poll: { timeout: 10_000 } },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts", "src/**/*.tsx"],
      exclude: [
        "src/**/*.test.*",
        "src/**/*.test-d.*",
        "src/**/*.gen.ts",
        "src/*/**/testing/**",
        "src/**/support/**",
      ],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 90 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          setupFiles: ["test/support/errors.ts"],
          include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
          exclude: ["src/client/browser/**", "**/node_modules/**"],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        // The same tests of templates, with the templates compiled: nothing they see may change.
        plugins: [nitro()],
        test: {
          name: "compiled",
          setupFiles: ["test/support/errors.ts"],
          include: [
            "src/html/{cases,front-ends,refusals,page/page,markup/render}.test.{ts,tsx}",
            "src/{datastar,live}/**/*.test.tsx",
            "test/expressions.test.tsx",
          ],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [
          {
            name: "answers",
            configureServer: ({ middlewares }) => void middlewares.use("/answers", answerHere),
          },
        ],
        // Named here, or vite discovers it in the middle of a run and reloads the tests.
        optimizeDeps: { include: ["idiomorph", "fast-check"] },
        test: {
          name: "chromium",
          setupFiles: ["src/client/browser/support/errors.ts"],
          include: ["src/client/browser/**/*.test.ts"],
          // A real HTTP server beside the browser: the client's requests are never mocked.
          globalSetup: ["src/client/browser/support/server.mjs"],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: chromiumPath(), args: chromiumArgs },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
})
