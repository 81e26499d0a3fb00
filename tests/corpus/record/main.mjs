// Records the corpus and writes what differs; with --check, says what differs.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { recordAll } from './cases.mjs';
import { folder } from './project.mjs';

/** Changed answers, and whether they are seen. */
const MUTANTS = 'mutants.json';

process.chdir(folder);
// Intl and Date of a function must not depend on this machine.
process.env.TZ = 'UTC';

/** A line for each mutant. */
function mutantsText(recorded) {
    const listed = recorded.map(({ file, mutants }) => {
        const lines = mutants.map((mutant) => `\n    ${JSON.stringify(mutant)}`);
        return `  ${JSON.stringify(file)}: [${lines.join(',')}${lines.length > 0 ? '\n  ' : ''}]`;
    });
    return `{\n${listed.join(',\n')}\n}\n`;
}

function textsOf(recorded) {
    const fixtures = recorded.map(({ file, document }) => [file, `${JSON.stringify(document, null, 2)}\n`]);
    return new Map([...fixtures, [MUTANTS, mutantsText(recorded)]]);
}

async function existing() {
    const all = await readdir(folder, { recursive: true });
    const kept = all.filter((file) => !file.startsWith('node_modules') && /\/tests\/.*\.test\.json$/.test(file));
    return [...kept, MUTANTS];
}

async function differences(texts) {
    const found = [];
    for (const file of new Set([...texts.keys(), ...(await existing())])) {
        const before = await readFile(path.join(folder, file), 'utf8').catch(() => null);
        if (!texts.has(file)) {
            found.push(`${file}: no case writes it`);
        } else if (before !== texts.get(file)) {
            found.push(`${file}: ${before === null ? 'missing' : 'recorded otherwise'}`);
        }
    }
    return found;
}

async function write(texts) {
    for (const [file, text] of texts) {
        await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
        await writeFile(path.join(folder, file), text);
    }
}

const texts = textsOf(await recordAll());
const changed = await differences(texts);
if (changed.length === 0) {
    console.log(`${texts.size - 1} fixtures are as Node records them`);
} else {
    console.log(`${changed.join('\n')}\n(Node ${process.versions.node}; what is committed was recorded with Node 20)`);
}
if (process.argv.includes('--check')) {
    process.exitCode = changed.length > 0 ? 1 : 0;
} else {
    await write(texts);
}
process.exit();
