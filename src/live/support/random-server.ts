// The app of the random test as a separate process, over `random.db` in its folder.
import { serve } from "nitro-ts"
import { sqlite } from "nitro-ts/sqlite"
import { makeRandomApp } from "./random-app.tsx"

await serve(makeRandomApp(sqlite("random.db")))
