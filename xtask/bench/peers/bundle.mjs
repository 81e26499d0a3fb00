// One script of several modules, for runtimes that have no packages. esbuild comes with Nango's command line.
import path from 'node:path';

import { build } from 'esbuild';

/** `entry` is the text of a module beside this file. */
export async function bundled(entry, { format, globalName, minify = false }) {
    const result = await build({
        stdin: { contents: entry, resolveDir: import.meta.dirname, loader: 'js' },
        bundle: true,
        format,
        globalName,
        minify,
        target: 'es2022',
        write: false,
        // Nothing of it is called: the compiler has put plain objects in its place.
        external: ['nango'],
    });
    return result.outputFiles[0].text;
}

/** The path of a function as Nango's compiler made it. */
export const compiled = (stage, name) => path.resolve(stage, 'build', `salesforce_on-events_${name}.cjs`);
