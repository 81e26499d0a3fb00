// A fresh isolate of `isolated-vm` for each run: `node isolated-vm.mjs STAGE FUNCTION PROVIDER TOKEN`.
//
// The snapshot holds the facade, evaluated. It cannot hold zod: V8 of Node 20 loses a variable of zod's classes in it. So
// a function that imports zod has it evaluated in each run, from a code cache. Requests go over Node's kept connections,
// outside of the isolate.
import { readFileSync } from 'node:fs';
import http from 'node:http';

import axios from 'axios';
import ivm from 'isolated-vm';

import { bundled, compiled } from './bundle.mjs';
import { serve } from './lines.mjs';
import { versionsOf } from './package-versions.mjs';

/** As onevent's own. */
const HEAP_MIB = 128;

const [stage, name, provider, token] = process.argv.slice(2);
const facade = await bundled("export { runWith } from './facade.js';", { format: 'iife', globalName: 'facade' });
const snapshot = ivm.Isolate.createSnapshot([{ code: facade }]);
const source = readFileSync(compiled(stage, name), 'utf8');
const zod = source.includes('require("zod")') ? await withCache("export * from 'zod';") : null;

/** A library with V8's code cache for it. */
async function withCache(entry) {
    const text = await bundled(entry, { format: 'iife', globalName: 'zod' });
    const script = await new ivm.Isolate().compileScript(text, { produceCachedData: true });
    return { text, cachedData: script.cachedData };
}

const code = `(() => {
    const module = { exports: {} };
    const exports = module.exports;
    const require = (name) => (name === 'zod' ? zod : {});
    ${source}
    const host = {
        async request(asked) {
            const [status, text] = await request.apply(undefined, [JSON.stringify(asked)], {
                arguments: { copy: true },
                result: { promise: true, copy: true },
            });
            return { status, data: text === '' ? '' : JSON.parse(text) };
        },
    };
    return facade.runWith(module.exports.default, JSON.parse(metadata), host).then(JSON.stringify);
})()`;
const client = axios.create({
    httpAgent: new http.Agent({ keepAlive: true }),
    baseURL: provider,
    headers: { authorization: `Bearer ${token}` },
    validateStatus: () => true,
    // The isolate parses.
    transformResponse: (text) => text,
});
const request = new ivm.Reference(async (text) => {
    const { method, endpoint, data } = JSON.parse(text);
    const answer = await client.request({ method, url: endpoint, data });
    return [answer.status, answer.data];
});

async function run(metadata) {
    const isolate = new ivm.Isolate({ memoryLimit: HEAP_MIB, snapshot });
    try {
        const context = await isolate.createContext();
        await context.global.set('request', request);
        await context.global.set('metadata', JSON.stringify(metadata));
        if (zod) {
            const script = await isolate.compileScript(zod.text, { cachedData: zod.cachedData });
            await script.run(context);
        }
        return JSON.parse(await context.eval(code, { promise: true, copy: true }));
    } finally {
        isolate.dispose();
    }
}

await serve({ node: process.versions.node, ...versionsOf('isolated-vm', 'nango', 'zod') }, run);
