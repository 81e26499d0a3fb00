import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as z from 'zod';

import type { FunctionRun, OnEventRun } from '../src/types.ts';
import { host } from './support/ops.ts';
import { run, runAction } from './support/run.ts';

beforeEach(() => host.reset());

const FACTS = { runId: 'run-7', attempt: 3, idempotencyKey: 'key-7', isReplay: true };

test('an event function gets what it may know of its run', async () => {
    const got: unknown[] = [];
    await run((...given: unknown[]) => void got.push(...given.slice(1)), { facts: FACTS });
    assert.deepEqual(got, [
        { attempt: 3, idempotencyKey: 'key-7', isReplay: true, event: 'validate-connection', operation: 'creation' },
    ]);
    assert.ok(Object.isFrozen(got[0] as OnEventRun));
});

test('an action gets it after its input', async () => {
    const got: unknown[] = [];
    const exec = (...given: unknown[]) => void got.push(...given.slice(1));
    await runAction({ input: z.any(), output: z.void(), exec }, { ...FACTS, input: { a: 1 } });
    assert.deepEqual(got, [{ a: 1 }, { attempt: 3, idempotencyKey: 'key-7', isReplay: true } satisfies FunctionRun]);
});

test('a function that takes nango alone runs as before', async () => {
    const settlement = await run((nango) => void nango.connectionId);
    assert.equal(settlement.kind, 'returned');
});
