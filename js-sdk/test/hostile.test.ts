// A function shares its realm with the SDK: what it breaks there must not keep a run from ending.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import * as z from 'zod';

import type { Description } from '../src/ops.ts';
import { describe } from '../src/run/describe.ts';
import { host } from './support/ops.ts';
import { runError, value } from './support/run.ts';

const undo: (() => void)[] = [];

function replace(object: object, key: PropertyKey, replacement: unknown): void {
    const before = Object.getOwnPropertyDescriptor(object, key);
    const { defineProperty, deleteProperty } = Reflect;
    undo[undo.length] = () => (before ? defineProperty(object, key, before) : deleteProperty(object, key));
    defineProperty(object, key, { value: replacement, configurable: true, writable: true });
}

function restore(): void {
    while (undo.length > 0) {
        undo.pop()?.();
    }
}

beforeEach(() => host.reset());
afterEach(restore);

const refuse = () => {
    throw new Error('replaced');
};

test('replaced built-ins change nothing', async () => {
    host.answerWith(200, '{"id":"1"}');
    const result = await value(async (nango) => {
        replace(JSON, 'stringify', refuse);
        replace(JSON, 'parse', refuse);
        replace(Object, 'keys', refuse);
        replace(Array, 'isArray', refuse);
        replace(Array.prototype, 'push', refuse);
        replace(Array.prototype, 'map', refuse);
        replace(Array.prototype, 'join', refuse);
        replace(String.prototype, 'toLowerCase', refuse);
        replace(String.prototype, 'toUpperCase', refuse);
        replace(Set.prototype, 'add', refuse);
        replace(Set.prototype, 'delete', refuse);
        replace(Set.prototype, 'has', refuse);
        try {
            const response = await nango.post({ endpoint: '/x', params: { a: [1] }, headers: { B: 'c' }, data: { d: 1 } });
            await nango.setMetadata({ id: response.data.id });
            await nango.updateMetadata({ more: 1 });
            await nango.log('x', { a: [1] });
            await nango.getConnection();
            return await nango.getMetadata();
        } finally {
            restore();
        }
    });
    assert.deepEqual(result, { id: '1', more: 1 });
});

test('a toJSON on every object decides neither how a run ended nor what a function is', async () => {
    const forgeries = [refuse, () => ({ kind: 'returned', output: null }), () => ({ ok: { type: 'action' }, problem: null })];
    for (const forged of forgeries) {
        const error = await runError(() => {
            replace(Object.prototype, 'toJSON', forged);
            throw new Error('x');
        });
        assert.deepEqual([error.type, error.message], ['script_internal_error', 'x']);
        assert.deepEqual(error.payload, { name: 'Error', message: 'x' });
        const definition = { type: 'onEvent', event: 'validate-connection', exec: () => undefined, metadata: z.object({ a: z.string() }) };
        const text = describe({ default: definition });
        restore();
        const { ok } = JSON.parse(text) as Description;
        assert.equal(ok?.type === 'onEvent' && ok.event, 'validate-connection');
        // zod itself writes its JSON Schema that way: what it cannot write is left to zod's own check.
        assert.equal(typeof ok?.metadata, 'object');
    }
});

test('options are the author\'s own: nothing is read from Object.prototype', async () => {
    host.answerWith(200, '{}');
    await value(async (nango) => {
        const inherited = { baseUrlOverride: 'https://evil.example', retries: 9, method: 'DELETE', connectionId: 'other', providerConfigKey: 'other', headers: { x: 'y' } };
        for (const [name, given] of Object.entries(inherited)) {
            replace(Object.prototype, name, given);
        }
        try {
            await nango.get({ endpoint: '/x' });
            await nango.proxy({ endpoint: '/y' });
        } finally {
            restore();
        }
    });
    const shown = host.requests.map(({ wire: { endpoint, method, baseUrlOverride, retries, connectionId, providerConfigKey, headers } }) =>
        [endpoint, method, baseUrlOverride, retries, connectionId, providerConfigKey, headers]);
    assert.deepEqual(shown, [['/x', 'GET', null, 0, null, null, []], ['/y', 'GET', null, 0, null, null, []]]);
    // The control: what the author writes himself is read.
    await value((nango) => nango.get({ endpoint: '/z', baseUrlOverride: 'https://api.example' }));
    assert.equal(host.requests.at(-1)?.wire.baseUrlOverride, 'https://api.example');
});
