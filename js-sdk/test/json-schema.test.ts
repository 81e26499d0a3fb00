// Where zod's own JSON Schema is narrower than zod; the corpus covers the combinations.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as z from 'zod';

import { toWidenedJSONSchema } from '../src/schema/json-schema.ts';

function widened(schema: z.ZodType): unknown {
    const { $schema, ...rest } = toWidenedJSONSchema(schema);
    return rest;
}

const BEYOND = { pattern: '[^\\u0000-\\ufffc\\ufffe\\uffff]' };

test('what JSON Schema cannot say is left to zod', () => {
    const open: z.ZodType[] = [
        z.coerce.number(),
        z.preprocess((value) => value, z.string()),
        z.string().catch('x'),
        z.date(),
        z.bigint(),
        z.any(),
        z.undefined(),
        z.map(z.string(), z.string()),
        z.set(z.string()),
        z.custom(() => true),
        z.string().transform(Number).catch(1),
    ];
    for (const schema of open) {
        assert.deepEqual(widened(schema), {}, schema._zod.def.type);
    }
});

test('texts: lengths in UTF-16 units, patterns that both read, and nothing after a change', () => {
    const cases: [z.ZodType, object][] = [
        [z.string().min(3).max(5), { type: 'string', minLength: 2, maxLength: 5 }],
        [z.string().length(4).min(1), { type: 'string', minLength: 2, maxLength: 4 }],
        [z.string().min(-2), { type: 'string' }],
        [z.string().regex(/^a+$/), { type: 'string', anyOf: [{ pattern: '^a+$' }, BEYOND] }],
        [z.string().regex(/^a+$/i), { type: 'string' }],
        [z.string().trim().min(2).regex(/^a/), { type: 'string' }],
        [z.string().min(4).trim(), { type: 'string', minLength: 2 }],
        [
            z.string().startsWith('a.').endsWith('z'),
            { type: 'string', anyOf: [{ allOf: [{ pattern: '^a\\u002e' }, { pattern: 'z$' }] }, BEYOND] },
        ],
        [z.email(), { type: 'string' }],
        [z.url(), { type: 'string' }],
        [z.base64(), { type: 'string' }],
        [z.cuid2(), { type: 'string', anyOf: [{ pattern: '^[0-9a-z]+$' }, BEYOND] }],
    ];
    for (const [schema, expected] of cases) {
        assert.deepEqual(widened(schema), expected);
    }
});

test('numbers and fixed values', () => {
    const cases: [z.ZodType, object][] = [
        [z.number().gt(1).lte(5), { type: 'number', minimum: 1, maximum: 5 }],
        [z.number().multipleOf(0.1).min(0.5), { type: 'number' }],
        [z.int().min(0), { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }],
        [z.int32(), { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
        [z.literal(['a', 1, null, undefined]), { enum: ['a', 1, null] }],
        [z.literal(Infinity), { enum: [null] }],
        [z.literal('\ud800'), { enum: ['\ufffd'] }],
        [z.enum(['a', 'b']), { enum: ['a', 'b'] }],
        [z.never(), { not: {} }],
    ];
    for (const [schema, expected] of cases) {
        assert.deepEqual(widened(schema), expected);
    }
});

test('a key is required only where zod insists on it', () => {
    const schema = z.object({
        must: z.string(),
        any: z.any(),
        optional: z.string().optional(),
        fallback: z.string().default('x'),
        forgiven: z.string().transform((): string | undefined => undefined).pipe(z.string().optional()),
        coerced: z.coerce.string(),
    });
    assert.deepEqual((widened(schema) as { required: unknown }).required, ['must']);
});

test('objects are closed only where zod closes them, and never in an intersection', () => {
    const closed = z.strictObject({ a: z.boolean() });
    const expected = { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] };
    assert.deepEqual(widened(closed), { ...expected, additionalProperties: false });
    assert.deepEqual(widened(z.object({ a: z.boolean() })), expected);
    assert.deepEqual(widened(z.intersection(closed, z.looseObject({ b: z.null() }))), {
        allOf: [
            expected,
            { type: 'object', properties: { b: { type: 'null' } }, required: ['b'], additionalProperties: {} },
        ],
    });
});

test('lists: what JSON writes as null may be null', () => {
    assert.deepEqual(widened(z.array(z.string().optional()).max(2)), {
        type: 'array',
        items: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        maxItems: 2,
    });
    assert.deepEqual(widened(z.tuple([z.null()])), { type: 'array', prefixItems: [{ type: 'null' }], maxItems: 1 });
});

test('references stay only where a long part is used twice', () => {
    const short = z.string();
    const long = z.object(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key${index}`, z.boolean()])));
    const once = JSON.stringify(widened(z.object({ a: short, b: short.max(3), c: z.array(long).min(1) })));
    assert.ok(!once.includes('$ref'), once);
    const twice = widened(z.object({ a: long, b: z.array(long) })) as { $defs: object };
    assert.equal(Object.keys(twice.$defs).length, 1);
});

test('exclusive unions become plain ones', () => {
    assert.deepEqual(widened(z.xor([z.null(), z.boolean()])), { anyOf: [{ type: 'null' }, { type: 'boolean' }] });
});

test('what an author writes as JSON Schema or meta is not taken over', () => {
    const schema = z.string().meta({ id: 'name', pattern: '^never$', title: 'A name' });
    assert.deepEqual(widened(z.object({ a: schema })), {
        type: 'object',
        properties: { a: { type: 'string' } },
        required: ['a'],
    });
    const own = z.string();
    own._zod.toJSONSchema = () => ({ type: 'null' });
    assert.deepEqual(widened(own), {});
});

test('recursive schemas stay, those that go nowhere do not', () => {
    const tree: z.ZodType = z.object({ next: z.lazy(() => tree.optional()) });
    assert.deepEqual(widened(tree), { type: 'object', properties: { next: { $ref: '#' } } });
    const loop: z.ZodType = z.lazy(() => loop);
    assert.deepEqual(widened(loop), {});
    const union: z.ZodType = z.union([z.string(), z.lazy(() => union)]);
    assert.deepEqual(widened(union), {});
});

test('size and depth are bounded', () => {
    let deep: z.ZodType = z.string();
    for (let level = 0; level < 300; level++) {
        deep = z.object({ in: deep });
    }
    const text = JSON.stringify(widened(deep));
    const depth = text.split('{').length;
    assert.ok(depth > 20 && depth < 120, `${depth}`);
    let wide: z.ZodType = z.string();
    for (let level = 0; level < 40; level++) {
        wide = z.object({ left: wide, right: wide });
    }
    assert.deepEqual(widened(wide), {});
});

test('a schema that cannot be converted says nothing', () => {
    assert.deepEqual(widened(z.object({ a: z.bigint().default(1n) })), {});
    assert.deepEqual(
        widened(
            z.lazy(() => {
                throw new Error('no');
            }),
        ),
        {},
    );
});
