// Bundles test code with the SDK's sources; the engine's ops are played by test/support/ops.ts.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'dist', 'test');

/** Bundles `files` (paths under test/) and returns where the results are. */
export async function bundleTests(files) {
    await build({
        absWorkingDir: root,
        entryPoints: files.map((file) => join('test', file)),
        outdir: output,
        outbase: 'test',
        outExtension: { '.js': '.mjs' },
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        packages: 'external',
        sourcemap: 'inline',
        alias: { 'ext:core/ops': join(root, 'test', 'support', 'ops.ts') },
        logLevel: 'error',
    });
    return files.map((file) => join(output, file.replace(/\.ts$/, '.mjs')));
}
