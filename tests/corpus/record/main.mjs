// Runs every case of the corpus under Node, and writes its fixture; with --check, compares instead.
import dnsPromises from 'node:dns/promises';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { fixtureOf } from './fixture.mjs';
import { integrations } from './integrations.mjs';
import { mutantsOf } from './mutants.mjs';
import { startNangoApi } from './nango-api.mjs';
import { compileProject, folder } from './project.mjs';
import { startProvider } from './provider.mjs';
import { listenToFetch, Run, runs } from './run.mjs';

/** Changed answers, and whether they are seen. */
const MUTANTS = 'mutants.json';

process.chdir(folder);
// Intl and Date of a function must not depend on this machine.
process.env.TZ = 'UTC';

/** The hosts of the corpus have no names in DNS: `nango.uncontrolledFetch` checks an address, and reaches the provider. */
function leadFetchTo(port) {
    dnsPromises.lookup = async () => [{ address: '93.184.216.34', family: 4 }];
    const { fetch } = globalThis;
    globalThis.fetch = (url, { dispatcher: _, headers, ...init }) => {
        const { host, pathname, search } = new URL(url);
        const forwarded = new Headers(headers);
        forwarded.set('x-forwarded-host', host);
        return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...init, headers: forwarded });
    };
    listenToFetch();
}

async function recordAll() {
    const declared = await compileProject();
    const provider = await startProvider(integrations);
    const api = await startNangoApi(runs, provider.port);
    leadFetchTo(provider.port);
    const files = new Map();
    const mutants = {};
    const unused = new Set(declared.keys());
    for (const integration of integrations) {
        for (const [name, variant, given] of integration.cases) {
            unused.delete(`${integration.key}/${name}`);
            const once = (mutation) => {
                const run = new Run(integrations, declared, api.port, integration, name, given);
                run.mutation = mutation;
                integration.reset?.();
                return run.during(() => run.execute());
            };
            const file = `${integration.key}/tests/${[name, variant, 'test.json'].filter(Boolean).join('.')}`;
            const ran = await once();
            const fixture = await fixtureOf(ran);
            if (ran.endless || (fixture.document.error && !given?.fails) || (given?.fails && !fixture.document.error)) {
                throw new Error(`${file}: ${JSON.stringify(fixture.document.error ?? 'it succeeded', null, 1)}`);
            }
            files.set(file, `${JSON.stringify(fixture.document, null, 2)}\n`);
            mutants[file] = await mutantsOf(fixture, once);
        }
    }
    provider.close();
    api.close();
    if (unused.size > 0) {
        throw new Error(`no case runs ${[...unused].join(', ')}`);
    }
    const lines = Object.entries(mutants).map(
        ([file, list]) =>
            `  ${JSON.stringify(file)}: [${list.map((one) => `\n    ${JSON.stringify(one)}`).join(',')}${list.length > 0 ? '\n  ' : ''}]`,
    );
    files.set(MUTANTS, `{\n${lines.join(',\n')}\n}\n`);
    return files;
}

async function existing() {
    const all = await readdir(folder, { recursive: true });
    const kept = all.filter((file) => !file.startsWith('node_modules') && /\/tests\/.*\.test\.json$/.test(file));
    return [...kept, MUTANTS];
}

async function differences(files) {
    const found = [];
    for (const file of new Set([...files.keys(), ...(await existing())])) {
        const before = await readFile(path.join(folder, file), 'utf8').catch(() => null);
        if (!files.has(file)) {
            found.push(`${file}: no case writes it`);
        } else if (before !== files.get(file)) {
            found.push(`${file}: ${before === null ? 'missing' : 'recorded otherwise'}`);
        }
    }
    return found;
}

const files = await recordAll();
const changed = await differences(files);
console.log(changed.join('\n') || `${files.size - 1} fixtures are as Node records them`);
if (process.argv.includes('--check')) {
    process.exitCode = changed.length > 0 ? 1 : 0;
} else {
    for (const [file, text] of files) {
        await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
        await writeFile(path.join(folder, file), text);
    }
}
process.exit();
