// Bundles test code with the SDK's sources; the engine's ops are played by test/support/ops.ts.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'dist', 'test');

/** Files under test/corpus are an author's: they get the zod of another package. */
const authorsGet = (zod) => ({
    name: 'zod-of-authors',
    setup({ onResolve }) {
        onResolve({ filter: /^zod$/ }, ({ importer }) =>
            importer.startsWith(join(root, 'test', 'corpus')) ? { path: zod, external: true } : undefined,
        );
    },
});

/** Bundles `files` (paths under test/) and returns where the results are. */
export async function bundleTests(files, { zodOfAuthors = 'zod' } = {}) {
    const folder = zodOfAuthors === 'zod' ? output : `${output}-${zodOfAuthors.replaceAll('/', '-')}`;
    await build({
        absWorkingDir: root,
        entryPoints: files.map((file) => join('test', file)),
        outdir: folder,
        outbase: 'test',
        outExtension: { '.js': '.mjs' },
        bundle: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        packages: 'external',
        plugins: [authorsGet(zodOfAuthors)],
        sourcemap: 'inline',
        alias: {
            'ext:core/ops': join(root, 'test', 'support', 'ops.ts'),
            'ext:core/mod.js': join(root, 'test', 'support', 'core.ts'),
        },
        logLevel: 'error',
    });
    return files.map((file) => join(folder, file.replace(/\.ts$/, '.mjs')));
}
