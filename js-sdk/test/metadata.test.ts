import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as z from 'zod';

import { host } from './support/ops.ts';
import { run, runError, value } from './support/run.ts';

beforeEach(() => host.reset());

const Schema = z.object({ id: z.string(), count: z.number().optional() });

test('a connection without metadata answers null', async () => {
    assert.equal(await value((nango) => nango.getMetadata()), null);
});

test('setMetadata replaces, and answers 201 with the echo of the request', async () => {
    host.metadata = '{"old":1}';
    const response = await value((nango) => nango.setMetadata({ id: 'a' }), { metadata: Schema });
    assert.equal(host.metadata, '{"id":"a"}');
    assert.deepEqual(host.writes, [{ json: '{"id":"a"}', kind: 'set', version: null }]);
    assert.equal(response.status, 201);
    assert.deepEqual(response.data, {
        connection_id: 'acme',
        provider_config_key: 'salesforce',
        metadata: { id: 'a' },
    });
});

test('updateMetadata merges top-level keys, and answers 200', async () => {
    host.metadata = '{"id":"a","count":1,"nested":{"x":1}}';
    const response = await value((nango) => nango.updateMetadata({ count: 2, nested: { y: 2 }, gone: undefined }));
    assert.deepEqual(JSON.parse(host.metadata), { id: 'a', count: 2, nested: { y: 2 } });
    assert.equal(response.status, 200);
    assert.deepEqual(response.data, {
        connection_id: 'acme',
        provider_config_key: 'salesforce',
        metadata: { count: 2, nested: { y: 2 } },
    });
});

test('an update that lost against another write reads, merges and checks again', async () => {
    host.metadata = '{"id":"a"}';
    let interfered = false;
    host.onWrite = () => {
        if (!interfered) {
            interfered = true;
            host.metadata = '{"id":"b","other":true}';
            host.version += 1;
        }
        return null;
    };
    await value((nango) => nango.updateMetadata({ count: 1 }), { metadata: Schema });
    assert.deepEqual(JSON.parse(host.metadata), { id: 'b', other: true, count: 1 });
    assert.deepEqual(
        host.writes.map(({ version }) => version),
        [0, 1],
    );
});

test('the merged value is checked, not only what changes', async () => {
    host.metadata = '{"count":1}';
    const error = await runError((nango) => nango.updateMetadata({ count: 2 }), { metadata: Schema });
    assert.equal(error.type, 'invalid_metadata');
    assert.equal(host.writes.length, 0);
});

test('a violation names path, message and code, writes nothing and can be caught', async () => {
    await value(
        async (nango) => {
            await assert.rejects(nango.setMetadata({ id: 5, count: 'x' }), (error: any) => {
                assert.equal(error.name, 'InvalidMetadataError');
                assert.equal(error.code, 'invalid_metadata');
                assert.deepEqual(
                    error.payload.errors.map(({ path, code }: { path: unknown; code: string }) => [path, code]),
                    [
                        [['id'], 'invalid_type'],
                        [['count'], 'invalid_type'],
                    ],
                );
                assert.match(error.message, /id: .*; count: /);
                return true;
            });
        },
        { metadata: Schema },
    );
    assert.deepEqual(host.writes, []);
});

test('a violation that escapes ends the run as invalid_metadata', async () => {
    const error = await runError((nango) => nango.setMetadata({}), { metadata: Schema });
    assert.equal(error.type, 'invalid_metadata');
    assert.equal(error.code, 'invalid_metadata');
    assert.equal((error.payload as { errors: unknown[] }).errors.length, 1);
});

test('what the other side finds is thrown in the same way', async () => {
    host.onWrite = () => ({ outcome: 'invalid', violations: [{ path: ['a', 0], message: 'is wrong', code: 'type' }] });
    const error = await runError((nango) => nango.setMetadata({ a: [1] }));
    assert.equal(error.type, 'invalid_metadata');
    assert.deepEqual(error.payload, { errors: [{ path: ['a', 0], message: 'is wrong', code: 'type' }] });
    assert.match(error.message, /a\.0: is wrong/);
});

test('the value is stored as given: nothing is stripped, defaulted or transformed', async () => {
    const schema = z.object({
        name: z.string().trim().toUpperCase(),
        level: z.number().default(5),
        at: z.date(),
        list: z.array(z.any()).transform((list) => list.length),
    });
    await value((nango) => nango.setMetadata({ name: ' a ', at: new Date(0), list: [1], unknown: true }), {
        metadata: schema,
    });
    assert.deepEqual(JSON.parse(host.metadata), {
        name: ' a ',
        at: '1970-01-01T00:00:00.000Z',
        list: [1],
        unknown: true,
    });
});

test('checks may be asynchronous', async () => {
    const schema = z.object({ id: z.string().refine(async (id) => id === 'right') });
    await value((nango) => nango.setMetadata({ id: 'right' }), { metadata: schema });
    const error = await runError((nango) => nango.setMetadata({ id: 'wrong' }), { metadata: schema });
    assert.equal(error.type, 'invalid_metadata');
});

test('z.void() and no schema mean no check', async () => {
    for (const metadata of [z.void(), undefined]) {
        await value((nango) => nango.setMetadata({ any: ['thing'] }), { metadata });
    }
    assert.equal(host.writes.length, 2);
});

test('metadata must be an object', async () => {
    for (const wrong of [null, undefined, '', [], 'text', 5, () => 1]) {
        for (const member of ['setMetadata', 'updateMetadata'] as const) {
            const error = await runError((nango) => nango[member](wrong as never));
            assert.match(error.message, new RegExp(`nango\\.${member}\\(\\) needs an object`));
        }
    }
    assert.deepEqual(host.writes, []);
});

test('a key named __proto__ is a key like any other', async () => {
    host.metadata = '{"__proto__":{"a":1}}';
    await value((nango) => nango.updateMetadata({ b: 2 }));
    assert.equal(host.metadata, '{"__proto__":{"a":1},"b":2}');
});

test('metadata that is wrong before the run is a warning, or the end of it', async () => {
    const facts = { metadata: { id: 5 } };
    assert.equal((await run(() => undefined, { metadata: Schema, facts })).kind, 'returned');
    assert.equal(host.warnings[0].code, 'metadata_invalid_before_run');
    assert.match(host.warnings[0].keys[0], /^id: /);
    let entered = false;
    const error = await runError(
        () => {
            entered = true;
        },
        { metadata: Schema, facts: { ...facts, enforceSchemas: true } },
    );
    assert.equal(error.type, 'invalid_metadata');
    assert.equal(entered, false);
});

test('a connection without metadata is not checked before the run', async () => {
    await run(() => undefined, { metadata: Schema, facts: { enforceSchemas: true } });
    assert.deepEqual(host.warnings, []);
});
