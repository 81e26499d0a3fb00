import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as z from 'zod';

import { createAction, createSync } from '../src/nango.ts';
import type { Description } from '../src/ops.ts';
import { describe } from '../src/run/describe.ts';
import { host } from './support/ops.ts';
import { runAction } from './support/run.ts';

beforeEach(() => host.reset());

const described = (definition: object) => JSON.parse(describe({ default: definition })) as Description;
const outputOf = async (definition: object, input: unknown = null) => {
    const settlement = await runAction(definition, { input });
    assert.equal(settlement.kind, 'returned');
    return settlement.kind === 'returned' && settlement.output !== null ? (JSON.parse(settlement.output) as unknown) : undefined;
};
const errorOf = async (definition: object, facts: object = {}) => {
    const settlement = await runAction(definition, facts);
    assert.equal(settlement.kind, 'threw');
    return settlement.kind === 'threw' ? settlement.error : undefined;
};

test('an action says what it takes and gives', () => {
    const definition = createAction({
        description: 'adds',
        input: z.object({ a: z.number() }),
        output: z.object({ sum: z.number() }),
        exec: async (_nango, input) => ({ sum: input.a }),
    });
    assert.equal(definition.type, 'action');
    const $schema = 'https://json-schema.org/draft/2020-12/schema';
    assert.deepEqual(described(definition).ok, {
        type: 'action',
        description: 'adds',
        metadata: null,
        input: { $schema, type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
        output: { $schema, type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    });
});

test('z.void() is no schema, and a schema must be zod\'s', () => {
    const exec = () => undefined;
    const { ok } = described({ type: 'action', input: z.void(), output: z.void(), exec });
    assert.ok(ok?.type === 'action' && ok.input === null && ok.output === null);
    for (const field of ['metadata', 'input', 'output']) {
        assert.equal(described({ type: 'action', exec, [field]: {} }).problem?.code, `invalid_${field}_schema`);
    }
});

test('an output that transforms is left to zod: its schema may say what goes in, which is not what comes out', () => {
    const exec = () => undefined;
    const schemas = [z.string().transform(Number), z.object({ a: z.string().transform(() => undefined) }), z.stringbool()];
    for (const output of schemas) {
        const { ok } = described({ type: 'action', output, exec });
        assert.deepEqual(ok?.type === 'action' && ok.output, {});
    }
});

test('a sync is declared, and unsupported', () => {
    assert.equal(described(createSync({ exec: () => undefined } as never)).problem?.code, 'unsupported_function_type');
});

test('exec gets the raw input, and its output is what it returned, as JSON', async () => {
    const input = z.object({ n: z.coerce.number(), d: z.string().default('x') }).strip();
    const exec = (_nango: unknown, given: unknown) => ({ given, at: new Date(0), nothing: undefined });
    assert.deepEqual(await outputOf({ input, exec }, { n: '1', extra: true }), {
        given: { n: '1', extra: true },
        at: '1970-01-01T00:00:00.000Z',
    });
    assert.equal(await outputOf({ exec: () => undefined }), null);
    assert.deepEqual(host.warnings, []);
});

test('exec is called on its definition', async () => {
    assert.equal(await outputOf({ exec(this: { secret: number }) { return this.secret; }, secret: 7 }), 7);
});

test('a violation is a warning', async () => {
    const action = { input: z.object({ a: z.string() }), output: z.object({ b: z.string() }), exec: () => ({ b: 1 }) };
    assert.deepEqual(await outputOf(action, { a: 1 }), { b: 1 });
    assert.deepEqual(host.warnings.map((warning) => warning.code), ['invalid_action_input', 'invalid_action_output']);
    assert.match(host.warnings[1].message, /^The action's output does not match its schema: b: /);
});

test('a violation is an error where that is enforced, and exec does not start with a wrong input', async () => {
    let calls = 0;
    const exec = () => ++calls;
    const input = await errorOf({ input: z.string(), exec }, { input: 1, enforceSchemas: true });
    assert.equal(calls, 0);
    assert.equal(input?.type, 'invalid_action_input');
    assert.deepEqual((input?.payload as { errors: { code: string }[] }).errors.map((error) => error.code), ['invalid_type']);
    const output = await errorOf({ output: z.string(), exec }, { enforceSchemas: true });
    assert.equal(calls, 1);
    assert.equal(output?.type, 'invalid_action_output');
});

test('nothing may be undefined to a schema', async () => {
    await outputOf({ input: z.object({ a: z.string() }).optional(), exec: () => null });
    assert.deepEqual(host.warnings, []);
    await outputOf({ input: z.object({ a: z.string() }), exec: () => null });
    assert.equal(host.warnings.length, 1);
});

test('an output that does not transform is checked by every rule, however deep', async () => {
    const deep = z.object({ list: z.array(z.union([z.number().min(1), z.string().regex(/^[0-9]+$/)])) });
    await outputOf({ output: deep, exec: () => ({ list: [1, '23'] }) });
    assert.deepEqual(host.warnings, []);
    await outputOf({ output: deep, exec: () => ({ list: [0.5, 'x'] }) });
    assert.deepEqual(host.warnings.map(({ keys }: { keys: string[] }) => keys.length), [2]);
});

test('a schema transforms if a part of it does, behind lazy and recursion too', () => {
    const node = z.object({
        name: z.string(),
        get children() {
            return z.array(node);
        },
    });
    const mapped = z.object({
        name: z.string().transform(Number),
        get children(): z.ZodType {
            return z.array(mapped);
        },
    });
    const exec = () => undefined;
    const outputs: [z.ZodType, boolean][] = [
        [node, false],
        [z.record(z.string(), z.tuple([z.string()], z.number().default(1))), false],
        [mapped, true],
        [z.lazy(() => mapped), true],
        [z.map(z.string(), z.string().transform(Number)), true],
        [z.object({}).catchall(z.stringbool()), true],
        [z.intersection(z.object({}), z.preprocess(String, z.any())), true],
    ];
    for (const [output, empty] of outputs) {
        const { ok } = described({ type: 'action', output, exec });
        assert.equal(JSON.stringify(ok?.type === 'action' && ok.output) === '{}', empty, output._zod.def.type);
    }
});

test('an output is checked as an output', async () => {
    const codec = z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() });
    const fine: [z.ZodType, unknown][] = [
        [z.string().transform(Number), 5],
        [z.date(), new Date(0)],
        [codec, new Date(0)],
        [z.string().default('x'), 'y'],
        [z.object({ a: z.string() }), { a: 'x', more: 1 }],
    ];
    for (const [output, returned] of fine) {
        await outputOf({ output, exec: () => returned });
        assert.deepEqual(host.warnings, [], output._zod.def.type);
    }
    await outputOf({ output: codec, exec: () => 'text' });
    assert.equal(host.warnings.length, 1);
});

test('a schema that throws does not change how a run ends', async () => {
    const schema = z.string().refine(() => {
        throw new Error('oops');
    });
    assert.equal(await outputOf({ input: schema, output: schema, exec: () => 'x' }, 'y'), 'x');
    assert.match(host.warnings[0].message, /the schema itself threw: oops/);
    assert.equal(host.warnings.length, 2);
});

test('output without a JSON form is an error that says why', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const [returned, why] of [[circular, /circular/], [{ n: 1n }, /BigInt/]] as const) {
        const error = await errorOf({ exec: () => returned });
        assert.equal(error?.type, 'script_internal_error');
        assert.equal(error?.code, 'unserializable_output');
        assert.match(error?.message ?? '', why);
    }
});

test('output that is too large is refused', async () => {
    const error = await errorOf({ exec: () => 'x'.repeat(2 * 1024 * 1024) });
    assert.equal(error?.type, 'script_output_too_large');
    assert.equal(error?.status, 400);
    assert.equal(((await outputOf({ exec: () => 'x'.repeat(2 * 1024 * 1024 - 2) })) as string).length, 2 * 1024 * 1024 - 2);
});

test('an event function gets no input, and has no output', async () => {
    let got: unknown[] = [];
    const settlement = await runAction({
        type: 'onEvent',
        event: 'validate-connection',
        exec: (...given: unknown[]) => {
            got = given;
            return 5;
        },
    });
    // `nango`, and what it may know of its run.
    assert.equal(got.length, 2);
    assert.deepEqual(settlement, { kind: 'returned', output: null });
});

test('input alone may be enforced: what an action did is not undone by calling its output wrong', async () => {
    const definition = { type: 'action', input: z.object({ a: z.number() }), output: z.string(), exec: () => 1 };
    const error = await errorOf(definition, { enforceInput: true, input: { a: 'x' } });
    assert.equal(error?.type, 'invalid_action_input');
    const settlement = await runAction(definition, { enforceInput: true, input: { a: 1 } });
    assert.equal(settlement.kind, 'returned');
});
