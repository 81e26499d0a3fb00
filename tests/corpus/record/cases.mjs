// Every case of the corpus, run under Node.
import dnsPromises from 'node:dns/promises';

import { fixtureOf } from './fixture.mjs';
import { integrations } from './integrations.mjs';
import { mutantsOf } from './mutants.mjs';
import { startNangoApi } from './nango-api.mjs';
import { compileProject } from './project.mjs';
import { startProvider } from './provider.mjs';
import { listenToFetch, Run, runs } from './run.mjs';

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

/** A case must end as it says. */
function checkEnd(file, { endless }, { document: { error } }, fails) {
    if (endless) {
        throw new Error(`${file}: the function asks for too much`);
    }
    if (Boolean(error) !== fails) {
        throw new Error(`${file}: ${error ? JSON.stringify(error, null, 1) : 'it did not fail'}`);
    }
}

async function recordCase(declared, port, integration, [name, variant, given = {}]) {
    const file = `${integration.key}/tests/${[name, variant, 'test.json'].filter(Boolean).join('.')}`;
    const once = (mutation) => {
        const run = new Run(integrations, declared, port, integration, name, given);
        run.mutation = mutation;
        return run.during(() => run.execute());
    };
    const ran = await once();
    const fixture = await fixtureOf(ran);
    checkEnd(file, ran, fixture, given.fails === true);
    return { file, document: fixture.document, mutants: await mutantsOf(fixture, once) };
}

/** The fixtures in order, each with its file and its mutants. */
export async function recordAll() {
    const declared = await compileProject();
    const provider = await startProvider(integrations);
    const api = await startNangoApi(runs, provider.port);
    leadFetchTo(provider.port);
    const recorded = [];
    const unused = new Set(declared.keys());
    for (const integration of integrations) {
        for (const one of integration.cases) {
            unused.delete(`${integration.key}/${one[0]}`);
            recorded.push(await recordCase(declared, api.port, integration, one));
        }
    }
    provider.close();
    api.close();
    if (unused.size > 0) {
        throw new Error(`no case runs ${[...unused].join(', ')}`);
    }
    return recorded;
}
