// Makes every call of @nangohq/node to a server. Prints one JSON object: what was made, and what went wrong.

import { Nango } from '@nangohq/node';

import actions from './calls/actions.mjs';
import catalogue from './calls/catalogue.mjs';
import connections from './calls/connections.mjs';
import refusals from './calls/refusals.mjs';
import webhooks from './calls/webhooks.mjs';

const called = new Set();
const isCall = (name) => name !== 'constructor' && typeof Nango.prototype[name] === 'function';
const all = Object.getOwnPropertyNames(Nango.prototype).filter(isCall);
for (const name of all) {
    const own = Nango.prototype[name];
    Nango.prototype[name] = function (...given) {
        called.add(name);
        return own.apply(this, given);
    };
}

const { ONEVENT_URL: host, ONEVENT_KEY: secretKey, SIGNING_KEY: webhookSigningKey, OUTSIDE: outside } = process.env;
const world = {
    host,
    outside,
    secretKey,
    webhookSigningKey,
    nango: new Nango({ host, secretKey }),
    // What the client has no call for.
    async ask(method, path, body) {
        const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
        const answer = await fetch(`${host}${path}`, { method, headers, body: JSON.stringify(body) });
        return { status: answer.status, body: await answer.json() };
    },
    // What the provider and the app have seen.
    async seen() {
        return (await fetch(`${outside}/seen`)).json();
    },
    async until(what, find) {
        for (let tries = 0; tries < 600; tries += 1) {
            const found = await find();
            if (found) return found;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`${what} did not happen`);
    }
};

const failures = [];
let made = 0;
for (const calls of [catalogue, connections, actions, webhooks, refusals]) {
    for (const call of calls) {
        made += 1;
        try {
            await call(world);
        } catch (error) {
            const answer = error.response && { status: error.response.status, body: error.response.data };
            failures.push({ name: call.name, error: String(error.stack), answer });
        }
    }
}
const notCalled = all.filter((name) => !called.has(name));
process.stdout.write(`${JSON.stringify({ made, called: called.size, notCalled, failures })}\n`);
