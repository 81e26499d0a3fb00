// Prints JSON lines `{"schema": …, "plain": …, "value": …}` for the engine's property test. In each, zod accepts the
// value, so the JSON Schema `schema` must; `plain` is zod's own JSON Schema (or null), which does not always.
// `node js-sdk/test/corpus.mjs --cases N --seed S`
import { spawnSync } from 'node:child_process';

import { bundleTests } from './bundle.mjs';

const [main] = await bundleTests(['corpus/main.ts']);
const run = spawnSync(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
