// The plugins fit the tools they are for, whose types they do not import.
import type { Plugin as EsbuildPlugin } from "esbuild"
import { nitro as esbuild } from "nitro-ts/esbuild"
import { nitro as vite } from "nitro-ts/vite"
import type { Plugin as VitePlugin } from "vite"

export const fine: [EsbuildPlugin, VitePlugin] = [
  esbuild({ include: "/views/" }),
  vite({ exclude: [/\.test\.tsx$/], decorators: true }),
]

// @ts-expect-error esbuild compiles decorators itself
esbuild({ decorators: true })
// @ts-expect-error a filter is text or a pattern
vite({ include: 1 })
