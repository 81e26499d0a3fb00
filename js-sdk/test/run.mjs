// Runs all unit tests: `npm test`.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleTests } from './bundle.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const files = (await readdir(here, { recursive: true })).filter((file) => file.endsWith('.test.ts')).sort();
const bundled = await bundleTests(files);
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=spec', ...bundled], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
