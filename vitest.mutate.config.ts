// The tests that look for planted faults: those of the folders in NITRO_MUTATE_TESTS, in Node alone.
import { defineConfig, mergeConfig } from "vitest/config"
import base from "./vitest.config.ts"

const folders = (process.env["NITRO_MUTATE_TESTS"] ?? "src").split(",")

const { projects: _, coverage: __, ...test } = base.test ?? {}
export default mergeConfig(
  { ...base, test },
  defineConfig({
    test: {
      setupFiles: [
        "test/support/errors.ts",
        ...(process.env["NITRO_MUTATE_ALL"] === "1" ? ["test/support/mutate-all.ts"] : []),
      ],
      include: folders.flatMap(folder => [folder, `${folder}/**/*.test.{ts,tsx}`]),
      exclude: ["src/client/browser/**", "**/node_modules/**"],
      // Faults that hang are ended by Stryker; a busy machine takes its time.
      testTimeout: 60_000,
    },
  }),
)
