import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as z from 'zod';

import { createOnEvent } from '../src/nango.ts';
import type { Description } from '../src/ops.ts';
import { describe, isPlainlyDescribed } from '../src/run/describe.ts';

const exec = async () => undefined;
const described = (namespace: unknown) => JSON.parse(describe(namespace)) as Description;
const problemOf = (definition: unknown) => described({ default: definition }).problem?.code;

test('an event function', () => {
    const definition = createOnEvent({
        event: 'validate-connection',
        description: 'checks',
        metadata: z.object({ id: z.string().optional() }),
        exec,
    });
    assert.equal(definition.type, 'onEvent');
    assert.deepEqual(described({ default: definition }), {
        ok: {
            type: 'onEvent',
            event: 'validate-connection',
            description: 'checks',
            metadata: {
                $schema: 'https://json-schema.org/draft/2020-12/schema',
                type: 'object',
                properties: { id: { type: 'string' } },
            },
        },
        problem: null,
    });
});

test('no schema and z.void() are null', () => {
    for (const metadata of [undefined, null, z.void()]) {
        const { ok } = described({ default: { type: 'onEvent', event: 'validate-connection', exec, metadata } });
        assert.equal(ok?.metadata, null);
        assert.equal(ok?.description, null);
    }
});

test('what is wrong has a code', () => {
    const right = { type: 'onEvent', event: 'validate-connection', exec };
    assert.equal(problemOf(undefined), 'no_default_export');
    assert.equal(problemOf(exec), 'old_export');
    assert.equal(problemOf(7), 'invalid_default_export');
    assert.equal(problemOf(null), 'invalid_default_export');
    assert.equal(problemOf({}), 'invalid_default_export');
    assert.equal(problemOf({ ...right, type: 'sync' }), 'unsupported_function_type');
    assert.equal(problemOf({ ...right, exec: 'x' }), 'missing_exec');
    assert.equal(problemOf({ ...right, metadata: { type: 'object' } }), 'invalid_metadata_schema');
    assert.equal(problemOf({ ...right, event: 'on-tuesday' }), 'unknown_event');
    const { problem } = described({ default: { ...right, event: 'on-tuesday' } });
    assert.match(problem?.message ?? '', /post-connection-creation, validate-connection, pre-connection-deletion, not 'on-tuesday'/);
});

test('a hostile module is a problem, not an exception', () => {
    const hostile = {
        get default() {
            throw new Error('gotcha');
        },
    };
    assert.equal(described(hostile).problem?.code, 'invalid_default_export');
    assert.equal(described(null).problem?.code, 'no_default_export');
});

test('describing runs code of the author for some schemas only', () => {
    const isPlain = (metadata: unknown) => {
        const namespace = { default: { type: 'onEvent', event: 'validate-connection', exec, metadata } };
        describe(namespace);
        return isPlainlyDescribed(namespace);
    };
    const shared = z.object({ id: z.uuid(), tags: z.set(z.string().min(1).max(9)).readonly() });
    for (const plain of [
        undefined,
        z.void(),
        z.string().trim().refine((text) => text !== 'x'),
        z.strictObject({ one: shared, other: shared.partial().nullish(), kinds: z.enum(['a', 'b']) }),
        z.record(z.string(), z.union([z.literal(1), z.tuple([z.int(), z.coerce.date()]), z.bigint()])),
        z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    ]) {
        assert.equal(isPlain(plain), true);
    }
    for (const other of [
        z.lazy(() => z.string()),
        z.array(z.object({ a: z.string().default(() => 'x') })),
        z.number().catch(() => 7),
        z.preprocess((value) => value, z.string()),
        z.string().transform((text) => text.length),
        z.custom<string>(() => true),
        z.string().prefault('x'),
    ]) {
        assert.equal(isPlain(z.object({ other })), false);
    }
    assert.equal(isPlainlyDescribed({ default: 7 }), false);
});
