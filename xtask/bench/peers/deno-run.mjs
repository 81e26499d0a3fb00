// Writes the script that `deno run` is given: `node deno-run.mjs STAGE FUNCTION FILE`.
//
// The script has everything in it, so that nothing is resolved or compiled from TypeScript when it starts:
// `deno run FILE PROVIDER TOKEN METADATA` prints what the run did.
import { writeFile } from 'node:fs/promises';

import { bundled, compiled } from './bundle.mjs';
import { versionsOf } from './package-versions.mjs';

const [stage, name, file] = process.argv.slice(2);
const entry = `
import { fetching, runWith } from './facade.js';
import * as definition from ${JSON.stringify(compiled(stage, name))};

const [provider, token, metadata] = Deno.args;
const ran = await runWith(definition.default.default ?? definition.default, JSON.parse(metadata), fetching(provider, token));
console.log(JSON.stringify(ran));
`;
await writeFile(file, await bundled(entry, { format: 'esm' }));
console.log(JSON.stringify({ versions: Object.entries(versionsOf('deno', 'nango', 'zod')) }));
