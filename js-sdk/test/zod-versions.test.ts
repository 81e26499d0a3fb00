// A project's own zod, where it is not the built-in one.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as zod3 from 'zod-3';
import * as zod325 from 'zod-3/v4';
import * as zod40 from 'zod-4.0';
import * as zodLatest from 'zod-latest';

import type { Description } from '../src/ops.ts';
import { describe } from '../src/run/describe.ts';
import { host } from './support/ops.ts';
import { run, runAction, value } from './support/run.ts';

beforeEach(() => host.reset());

const exec = () => undefined;
const described = (definition: object) => (JSON.parse(describe({ default: definition })) as Description).ok;

// One type for all of them; that they differ is what is tested.
const versions = { 'zod 3.25/v4': zod325, 'zod 4.0': zod40, 'zod latest': zodLatest } as unknown as Record<string, typeof zod40>;

for (const [name, z] of Object.entries(versions)) {
    test(`${name}: schemas have a JSON Schema and are checked`, async () => {
        const Metadata = z.object({ id: z.string().min(2), at: z.iso.datetime().optional() });
        const ok = described({ type: 'onEvent', event: 'validate-connection', exec, metadata: Metadata });
        // Details may be wider than the schema, never narrower; its shape is always there.
        const { type, properties, required } = ok?.metadata as { type: string; properties: Record<string, { type?: string }>; required: string[] };
        assert.deepEqual([type, properties['id']?.type, required], ['object', 'string', ['id']]);
        const settlement = await run(async (nango) => void (await nango.setMetadata({ id: 'x' })), { metadata: Metadata });
        assert.equal(settlement.kind === 'threw' && settlement.error.code, 'invalid_metadata');
        await value((nango) => nango.setMetadata({ id: 'xy' }), { metadata: Metadata });
        assert.equal(host.metadata, '{"id":"xy"}');
    });

    test(`${name}: what an action returns is checked, and z.void() checks nothing`, async () => {
        const action = { output: z.object({ n: z.number() }), exec: () => ({ n: 'x' }) };
        const settlement = await runAction(action, { enforceSchemas: true });
        assert.equal(settlement.kind === 'threw' && settlement.error.code, 'invalid_action_output');
        const ok = described({ type: 'action', output: z.void(), exec });
        assert.equal(ok?.type === 'action' && ok.output, null);
        const transformed = { output: z.string().transform(Number), exec: () => 1 };
        assert.equal((await runAction(transformed, { enforceSchemas: true })).kind, 'returned');
    });
}

test('zod 3: schemas are checked in the isolate alone', async () => {
    const Metadata = zod3.object({ id: zod3.string().min(2) });
    assert.deepEqual(described({ type: 'onEvent', event: 'validate-connection', exec, metadata: Metadata })?.metadata, {});
    const settlement = await run(async (nango) => void (await nango.setMetadata({ id: 'x' })), { metadata: Metadata });
    assert.ok(settlement.kind === 'threw');
    assert.equal(settlement.error.code, 'invalid_metadata');
    assert.match(settlement.error.message, /id/);
    await value((nango) => nango.setMetadata({ id: 'xy' }), { metadata: Metadata });
    assert.equal(host.metadata, '{"id":"xy"}');
});

test('zod 3: z.void() is no schema', () => {
    const ok = described({ type: 'action', input: zod3.void(), exec });
    assert.equal(ok?.type === 'action' && ok.input, null);
});

test('zod 3: an output is checked where its schema goes one way only', async () => {
    const kindOf = async (output: object, returned: unknown) =>
        (await runAction({ output, exec: () => returned }, { enforceSchemas: true })).kind;
    assert.equal(await kindOf(zod3.object({ n: zod3.array(zod3.number()) }), { n: ['x'] }), 'threw');
    assert.equal(await kindOf(zod3.object({ n: zod3.array(zod3.number()) }), { n: [1] }), 'returned');
    for (const transforms of [
        zod3.object({ n: zod3.string().transform(Number) }),
        zod3.object({ n: zod3.coerce.date() }),
        zod3.lazy(() => zod3.object({ n: zod3.union([zod3.string().pipe(zod3.coerce.number()), zod3.null()]) })),
    ]) {
        assert.equal(await kindOf(transforms, { n: 5 }), 'returned');
    }
});
