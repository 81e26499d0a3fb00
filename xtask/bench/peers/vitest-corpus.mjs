// The corpus as tests for Vitest with Nango's mocks: `node vitest-corpus.mjs CORPUS FOLDER`.
//
// Each fixture gets the test that `nango generate:tests` writes. What the mocks cannot answer (they have no `fetch`, no
// errors that are recorded, …) fails there; such fixtures are left out, so that both run the same tests, all of them green.
// Prints how many are left. The answer is kept beside the folder, for as long as the corpus is the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { versionsOf } from './package-versions.mjs';

const [corpus, folder] = process.argv.slice(2).map((given) => path.resolve(given));

async function copyProject() {
    await rm(folder, { recursive: true, force: true });
    const left = ['node_modules', 'build', 'record', '.nango'].map((name) => path.join(corpus, name));
    await cp(corpus, folder, { recursive: true, filter: (from) => !left.includes(from) });
    await writeFile(
        path.join(folder, 'vitest.setup.mjs'),
        "import { NangoActionMock } from 'nango/test';\nglobalThis.vitest = { NangoActionMock };\n",
    );
    await writeFile(
        path.join(folder, 'vitest.config.mjs'),
        "export default { test: { include: ['*/tests/*.test.ts'], setupFiles: 'vitest.setup.mjs' } };\n",
    );
}

const testOf = (kind, name, fixture, { output }) => `import { expect, it } from 'vitest';
import definition from '../${kind}/${name}.js';

it('does what was recorded', async () => {
    const nango = new global.vitest.NangoActionMock({ dirname: __dirname, name: '${fixture}', Model: 'Output' });
    const output = await definition.exec(nango${kind === 'actions' ? ', await nango.getInput()' : ''});
    ${output === undefined ? '' : 'expect(output).toEqual(await nango.getOutput());'}
});
`;

/** The fixtures, each as `{ file, test }`. */
async function writeTests() {
    const all = await readdir(folder, { recursive: true });
    const functions = all.filter((file) => /^[^/]+\/(actions|on-events)\/[^/]+\.ts$/.test(file));
    const written = [];
    for (const file of all.filter((name) => /^[^/]+\/tests\/.*\.test\.json$/.test(name))) {
        const [integration, , base] = file.split('/');
        const fixture = base.replace(/\.test\.json$/, '');
        const name = fixture.split('.')[0];
        const found = functions.find((one) => one.startsWith(`${integration}/`) && one.endsWith(`/${name}.ts`));
        const recorded = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
        const test = path.join(folder, integration, 'tests', `${fixture}.test.ts`);
        await writeFile(test, testOf(found.split('/')[1], name, fixture, recorded));
        written.push({ fixture: path.join(folder, file), test });
    }
    return written;
}

/** The files whose tests pass. */
function passing() {
    const vitest = path.join(import.meta.dirname, 'node_modules/vitest/vitest.mjs');
    const ran = spawnSync(process.execPath, [vitest, 'run', '--reporter=json'], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
    });
    const { testResults } = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{')));
    return new Set(testResults.filter(({ status }) => status === 'passed').map(({ name }) => name));
}

/** What the answer depends on. */
async function digest() {
    const hash = createHash('sha256').update(JSON.stringify(versions));
    const all = await readdir(corpus, { recursive: true });
    for (const file of all.filter((name) => /^[^/]+\/.*\.(ts|json)$/.test(name) && !name.startsWith('node_modules')).sort()) {
        hash.update(file).update(await readFile(path.join(corpus, file)));
    }
    return hash.digest('hex');
}

async function prepare() {
    await copyProject();
    const written = await writeTests();
    const green = passing();
    for (const { fixture, test } of written.filter(({ test }) => !green.has(test))) {
        await rm(fixture);
        await rm(test);
    }
    // A folder for onevent, which would read the authors' tests, too: theirs have nothing to say here.
    const bare = `${folder}-bare`;
    await rm(bare, { recursive: true, force: true });
    await cp(folder, bare, { recursive: true, filter: (from) => !/\.test\.ts$|vitest\./.test(from) });
    return { versions, tests: green.size, of: written.length };
}

const versions = Object.entries(versionsOf('vitest', 'nango', 'zod'));
const kept = `${folder}.json`;
const wanted = await digest();
let answer = JSON.parse(await readFile(kept, 'utf8').catch(() => '{}'));
if (answer.digest !== wanted) {
    answer = { ...(await prepare()), digest: wanted };
    await writeFile(kept, JSON.stringify(answer));
}
console.log(JSON.stringify(answer));
