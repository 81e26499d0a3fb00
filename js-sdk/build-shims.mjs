// Bundles the Node modules that are evaluated at their first use, each into one script of its own under dist/.
//
// A script is the body of a function that returns the module, as deno_core's lazily loaded scripts are.
import { join } from 'node:path';

import { build } from 'esbuild';

/** npm packages whose code ends up in the shims. */
export const SHIM_PACKAGES = ['base64-js', 'buffer', 'ieee754', 'punycode', 'url'];
const SHIMS = ['buffer', 'url'];

/** The scripts, by file name, and what they were made of. */
export async function buildShims(root) {
    const built = [];
    for (const name of SHIMS) {
        const { outputFiles, metafile } = await build({
            absWorkingDir: root,
            entryPoints: [`src/shims/${name}.ts`],
            bundle: true,
            write: false,
            metafile: true,
            format: 'iife',
            globalName: 'shim',
            platform: 'neutral',
            mainFields: ['module', 'main'],
            target: 'esnext',
            // deno_core takes extension code as 7-bit text only.
            charset: 'ascii',
            legalComments: 'none',
            minifyWhitespace: true,
            minifySyntax: true,
            alias: { qs: join(root, 'src/shims/querystring.ts') },
        });
        const text = `"use strict"; return ((function () {${outputFiles[0].text}return shim.default;\n})());`;
        built.push({ file: `${name}.js`, text, metafile });
    }
    return built;
}
