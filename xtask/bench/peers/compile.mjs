// Compiles the staged functions with the compiler of Nango's command line: `node compile.mjs FOLDER`.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

const folder = path.resolve(process.argv[2]);
process.chdir(folder);
const { compileAllFunctions } = await import('./node_modules/nango/dist/zeroYaml/compile.js');
await rm('build', { recursive: true, force: true });
await mkdir('.nango', { recursive: true });
const result = await compileAllFunctions({ fullPath: folder, debug: false, interactive: false });
if (result.isErr()) {
    console.error(result.error);
    process.exit(1);
}
process.exit();
