// Makes the engine's scripts, each one file of its own below dist/js: modules for the snapshot in dist/js, and below
// dist/js/lazy what deno_core evaluates later, as the body of a function that returns what the script exports.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build, transform } from 'esbuild';

import { BAKED, LAZY } from './scripts.mjs';
import { sharedEvents, sharedZod } from './shared-zod.mjs';

/** npm packages by the names under which other packages ask for them, and what they get. */
const ALIASES = {
    qs: 'src/shims/node/querystring.ts',
    'process/': 'src/shims/node/stream-process.ts',
    'abort-controller': 'src/shims/node/abort-controller.ts',
};

const lazyFiles = new Map(Object.entries(LAZY).map(([name, file]) => [file, name]));
const bakedFiles = new Map(Object.entries(BAKED).map(([name, file]) => [file, name]));

/** A script that another one imports stays a script of its own: the import becomes its specifier. */
function separateScripts(root, entry) {
    return {
        name: 'separate-scripts',
        setup({ onResolve }) {
            onResolve({ filter: /^(?:ext|onevent):/ }, ({ path }) => ({ path, external: true }));
            // What packages know as `buffer` is the script; the script itself is made of npm's package.
            onResolve({ filter: /^buffer$/ }, () => ({ path: 'ext:onevent/buffer.js', external: true }));
            for (const [name, file] of Object.entries(ALIASES)) {
                onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(root, file) }));
            }
            onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir, kind }) => {
                if (kind === 'entry-point') return undefined;
                const file = join(resolveDir, path).slice(root.length + 1);
                if (file === entry) throw new Error(`${entry} is imported by what it is made of`);
                if (lazyFiles.has(file) && bakedFiles.has(entry)) {
                    throw new Error(`${entry} is baked and imports ${file}, which is not: load it where it is used`);
                }
                const name = lazyFiles.get(file) ?? bakedFiles.get(file);
                return name === undefined ? undefined : { path: `ext:onevent/${name}.js`, external: true };
            });
        },
    };
}

/** zod without its languages: each is a function that loads the script of all of them when it is called. */
const lazyLocales = {
    name: 'lazy-locales',
    setup({ onLoad }) {
        onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, async ({ path }) => {
            const index = await readFile(path, 'utf8');
            const names = [...index.matchAll(/^export \{ default as (\w+) \} from/gm)].map(([, name]) => name);
            const load = `import { core } from 'ext:core/mod.js';\nconst locales = () => core.loadExtScript('ext:onevent/zod_locales.js');\n`;
            return { contents: load + names.map((name) => `export const ${name} = () => locales().${name}();\n`).join('') };
        });
    },
};

async function bundle(root, entry) {
    const { outputFiles, metafile } = await build({
        absWorkingDir: root,
        entryPoints: [entry],
        bundle: true,
        write: false,
        metafile: true,
        format: 'esm',
        platform: 'neutral',
        mainFields: ['module', 'main'],
        target: 'esnext',
        // deno_core takes extension code as 7-bit text only.
        charset: 'ascii',
        legalComments: 'none',
        define: { 'process.env.READABLE_STREAM': '"disable"' },
        plugins: [separateScripts(root, entry), sharedZod, sharedEvents, ...(entry === LAZY.zod ? [lazyLocales] : [])],
        logLevel: 'error',
    });
    return { text: outputFiles[0].text, metafile };
}

/** `a, b as c` of an import, as a destructuring. */
const members = (list) => list.replaceAll(/\s+as\s+/g, ': ').replaceAll(/\s+/g, ' ').trim();
const loaded = (specifier) => `__load(${JSON.stringify(specifier)})`;

/** The bundler gives a class that names itself another name inside, which functions would see: without one it has its own. */
function withClassNames(text) {
    let named = text;
    for (const [declaration, name, inner] of text.matchAll(/^var (\w+) = class (_\w+)/gm)) {
        named = named.replace(declaration, `var ${name} = class`).replaceAll(new RegExp(`\\b${inner}\\b`, 'g'), name);
    }
    return named;
}

/** Without comments and indentation: few of the lines are ever read, and each is parsed. */
async function small(text) {
    const { code } = await transform(text, { charset: 'ascii', legalComments: 'none', minifyWhitespace: true, minifySyntax: true, target: 'esnext' });
    return code.trim().replace(/;$/, '');
}

/**
 * The text of a module as the body of a function. Imports become constants, so that what a script has taken stays what it
 * was, and nothing of the transformation runs where a function could watch it.
 */
async function asScript(entry, module) {
    let exported;
    const body = withClassNames(module)
        .replaceAll(/^import \{([^}]*)\} from "([^"]+)";$/gm, (_, list, specifier) => `const { ${members(list)} } = ${loaded(specifier)};`)
        .replaceAll(/^import (?:\* as )?(\w+) from "([^"]+)";$/gm, (_, name, specifier) => `const ${name} = ${loaded(specifier)};`)
        .replace(/^export \{([^}]*)\};$/m, (_, list) => {
            exported = list.split(',').map((one) => one.trim().split(/\s+as\s+/));
            return '';
        });
    if (exported === undefined) throw new Error(`${entry} exports nothing`);
    if (/^(?:import|export)\b/m.test(body)) throw new Error(`${entry}: an import or export that build-scripts.mjs does not know`);
    const standard = exported.find(([, name]) => name === 'default');
    const result = standard && exported.length === 1 ? standard[0] : `{ ${exported.map(([own, name]) => (name ? `${name}: ${own}` : own)).join(', ')} }`;
    const script =
        `(function () {\n` +
        `const __load = (specifier) => specifier === "ext:core/mod.js" ? __bootstrap : specifier === "ext:core/ops" ? __bootstrap.core.ops : __bootstrap.core.loadExtScript(specifier);\n` +
        // What CommonJS packages ask for by name.
        `const require = __load;\n${body.trim()}\nreturn ${result};\n})()`;
    return `"use strict"; return (${await small(script)});\n`;
}

/** The scripts, by file below dist/js, and what they were made of. */
export async function buildScripts(root) {
    const baked = Object.entries(BAKED).map(async ([name, entry]) => {
        const { text, metafile } = await bundle(root, entry);
        return { file: `${name}.js`, text: `${await small(withClassNames(text))}\n`, metafile };
    });
    const lazy = Object.entries(LAZY).map(async ([name, entry]) => {
        const { text, metafile } = await bundle(root, entry);
        return { file: `lazy/${name}.js`, text: await asScript(entry, text), metafile };
    });
    return Promise.all([...baked, ...lazy]);
}

/** Takes away what earlier versions made. */
export async function prepareFolder(folder, scripts) {
    await mkdir(join(folder, 'lazy'), { recursive: true });
    const known = new Set(scripts.map(({ file }) => join(folder, file)));
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isDirectory() && !known.has(path)) await rm(path);
    }
}
