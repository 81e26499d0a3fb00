// Bundles the SDK into dist/sdk.js, the ES module that the engine bakes into its snapshots, and makes the engine's own
// scripts, zod among them, below dist/js (build-scripts.mjs).
//
// Its first line is a comment that a machine reads: `// onevent-sdk {"nango":[…],"licenses":[…]}`,
// the export names of the modules that functions import, and what is bundled. Its end holds the notices.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { buildScripts, prepareFolder } from './build-scripts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, 'dist', 'sdk.js');

const options = {
    absWorkingDir: here,
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'esnext',
    // deno_core takes extension code as 7-bit text only.
    charset: 'ascii',
    legalComments: 'eof',
    // Snapshot size is cold start: no comments, no indentation. Names stay, for stacks that people read.
    minifyWhitespace: true,
    minifySyntax: true,
};

async function bundle(extra) {
    const result = await build({ ...options, ...extra });
    return result;
}

/** An engine that is never called: only the export names are wanted. */
const withoutOps = {
    name: 'without-ops',
    setup(context) {
        context.onResolve({ filter: /^ext:core\// }, (found) => ({ path: found.path, namespace: 'ops' }));
        context.onLoad({ filter: /.*/, namespace: 'ops' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
};

/** The names that `nango` exports, found by loading the bundle. */
async function exportNames() {
    const { outputFiles } = await bundle({ plugins: [withoutOps], logLevel: 'error' });
    const source = Buffer.from(outputFiles[0].contents).toString('base64');
    const sdk = await import(`data:text/javascript;base64,${source}`);
    const entries = Object.keys(sdk).sort();
    if (entries.join() !== 'describe,execute,exposed,isPlainlyDescribed,nango') {
        throw new Error(`the bundle must export describe, execute, exposed, isPlainlyDescribed and nango, not ${entries.join(', ')}`);
    }
    return { nango: Object.keys(sdk.nango) };
}

async function notice(name) {
    const folder = join(here, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = await readFile(join(folder, file), 'utf8');
    return { summary: { name, version, license }, text };
}

/** An unchanged file keeps its time, so that cargo does not bake the snapshot again. */
async function writeChanged(path, text) {
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) {
        await writeFile(path, text);
    }
}

const { outputFiles, metafile } = await bundle({ external: ['ext:*'], metafile: true });
const scripts = await buildScripts(here);
/** What is bundled: npm packages and their notices, each at the end of the files that hold its code. */
const notices = new Map();

/** The notices of the packages that a file is made of. */
async function endingOf({ inputs }) {
    const packages = new Set();
    for (const input of Object.keys(inputs)) {
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
        if (name !== undefined) packages.add(name);
    }
    const texts = [...packages].sort().map(async (name) => {
        if (!notices.has(name)) notices.set(name, notice(name));
        const { summary, text } = await notices.get(name);
        return `/*! ${summary.name} ${summary.version}\n\n${text.trim().replaceAll('*/', '* /')}\n*/\n`;
    });
    return (await Promise.all(texts)).join('');
}

const bundleEnding = await endingOf(metafile);
const folder = join(dirname(output), 'js');
await prepareFolder(folder, scripts);
for (const script of scripts) {
    await writeChanged(join(folder, script.file), `${script.text}${await endingOf(script.metafile)}`);
}
const licenses = (await Promise.all(notices.values())).map(({ summary }) => summary);
licenses.sort((one, other) => (one.name < other.name ? -1 : 1));
const header = { ...(await exportNames()), licenses };
await writeChanged(output, `// onevent-sdk ${JSON.stringify(header)}\n${outputFiles[0].text}${bundleEnding}`);
