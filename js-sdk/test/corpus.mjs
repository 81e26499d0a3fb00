// Prints JSON lines `{"schema": …, "plain": …, "value": …}` for the engine's property test. In each, zod accepts the
// value, so the JSON Schema `schema` must; `plain` is zod's own JSON Schema (or null), which does not always.
// `node js-sdk/test/corpus.mjs --cases N --seed S [--zod PACKAGE]`: the schemas are made with the zod of that package,
// as those of a project which has another version installed; the SDK has its own.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { bundleTests } from './bundle.mjs';

const { values } = parseArgs({
    options: { cases: { type: 'string' }, seed: { type: 'string' }, zod: { type: 'string', default: 'zod' } },
});
const [main] = await bundleTests(['corpus/main.ts'], { zodOfAuthors: values.zod });
const run = spawnSync(process.execPath, [main, '--cases', values.cases, '--seed', values.seed], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
