import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { ActionError } from '../src/nango.ts';
import { classify } from '../src/run/classify.ts';
import { failed, host } from './support/ops.ts';
import { runError } from './support/run.ts';

beforeEach(() => host.reset());

const thrown = (value: unknown) =>
    runError(() => {
        throw value;
    });

test('an ActionError: payload, message, and recognition by identity', async () => {
    const cases: [unknown, unknown, string][] = [
        ['x', { message: 'x' }, 'x'],
        [5, { message: 5 }, ''],
        [{ message: 'no', a: 1 }, { message: 'no', a: 1 }, 'no'],
        [[{ id: 1 }], { message: [{ id: 1 }] }, ''],
        [undefined, {}, ''],
        ['', {}, ''],
    ];
    for (const [payload, expected, message] of cases) {
        const error = await thrown(new ActionError(payload));
        assert.deepEqual(error, {
            type: 'action_script_runtime_error',
            code: 'action_script_runtime_error',
            message,
            payload: expected,
            status: 500,
        });
    }
    class Own extends ActionError {}
    assert.equal((await thrown(new Own('x'))).type, 'action_script_runtime_error');
    const lookalike = Object.assign(new Error('x'), { type: 'action_script_runtime_error', payload: {} });
    assert.equal((await thrown(lookalike)).type, 'script_internal_error');
    assert.equal((await thrown(Object.create(ActionError.prototype))).type, 'script_internal_error');
    assert.ok(!ActionError.is(new Proxy(new ActionError(), {})));
});

test('an ActionError has its payload only where there is one', () => {
    assert.equal('payload' in new ActionError(), false);
    assert.equal(new ActionError('x').payload, 'x');
    assert.equal(new ActionError().name, 'ActionError');
});

test('an HTTP error that nobody caught', async () => {
    const cases: [string, unknown][] = [
        ['{"error":"Not found"}', { error: 'Not found' }],
        ['{"payload":{"a":1},"x":2}', { a: 1 }],
        ['[1]', { message: [1] }],
        ['oops', { message: 'oops' }],
        ['', {}],
        ['null', {}],
    ];
    for (const [body, payload] of cases) {
        host.answerWith(404, body, [
            ['content-type', 'application/json'],
            ['x-ratelimit-remaining', '0'],
            ['server', 'secret'],
        ]);
        const error = await runError((nango) => nango.get({ endpoint: '/' }));
        assert.equal(error.type, 'script_http_error');
        assert.equal(error.code, 'ERR_BAD_REQUEST');
        assert.equal(error.status, 404);
        assert.deepEqual(error.payload, payload);
        const { upstream_response: upstream } = error.additional_properties as { upstream_response: any };
        assert.equal(upstream.status, 404);
        assert.deepEqual(upstream.headers, { 'content-type': 'application/json', 'x-ratelimit-remaining': '0' });
    }
});

test('a request without an answer', async () => {
    host.answer = () => Promise.resolve(failed({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }));
    const error = await runError((nango) => nango.get({ endpoint: '/' }));
    assert.equal(error.type, 'script_network_error');
    assert.equal(error.code, 'ECONNREFUSED');
    assert.deepEqual(error.payload, { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' });
});

test('errors, objects and primitives', async () => {
    const plain = await thrown(Object.assign(new TypeError('no'), { code: 'E_NO' }));
    assert.deepEqual(plain.payload, { name: 'TypeError', code: 'E_NO', message: 'no' });
    assert.equal(plain.code, 'E_NO');
    assert.equal(plain.type, 'script_internal_error');
    assert.deepEqual((await thrown({ reason: 'quota', left: 0 })).payload, { reason: 'quota', left: 0 });
    const primitives: [unknown, string][] = [
        ['x', '"x"'],
        [5, '5'],
        [null, 'null'],
        [undefined, 'undefined'],
        [Symbol('s'), 'Symbol(s)'],
        [7n, '7n'],
    ];
    for (const [value, message] of primitives) {
        const error = await thrown(value);
        assert.equal(error.message, message);
        assert.deepEqual(error.payload, { name: 'Error', message });
    }
});

test('a hostile value is classified all the same', async () => {
    const fail = () => {
        throw new Error('gotcha');
    };
    const traps = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail });
    assert.equal((await thrown(traps)).type, 'script_internal_error');
    const getters = Object.defineProperties(new Error('x'), { message: { get: fail }, name: { get: fail }, code: { get: fail } });
    assert.equal((await thrown(getters)).message, '');
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    assert.equal((await thrown(revoked.proxy)).type, 'script_internal_error');
    const action = new ActionError('x');
    Object.defineProperty(action, 'payload', { get: fail });
    assert.deepEqual((await thrown(action)).payload, {});
    const response = { get status() { return fail(); }, get data() { return fail(); }, headers: traps };
    assert.equal((await thrown({ isAxiosError: true, response })).type, 'script_http_error');
    assert.equal((await thrown({ message: { toString: fail } })).type, 'script_internal_error');
});

test('payloads are cut to their budget and keep what fits', () => {
    const big = classify(new ActionError({ first: 1, items: Array.from({ length: 50_000 }, (_, index) => `item ${index}`) }));
    const text = JSON.stringify(big.payload);
    assert.ok(Buffer.byteLength(text) <= 99_000, `${Buffer.byteLength(text)}`);
    assert.ok(text.includes('"first":1') && text.includes('[truncated]'));
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let level = 0; level < 5_000; level++) {
        inner = inner['x'] = {} as Record<string, unknown>;
    }
    assert.ok(JSON.stringify(classify(new ActionError(deep)).payload).includes('[truncated]'));
});

test('an endless payload does not take endless time', () => {
    const wide = { toJSON: () => wide };
    assert.equal(classify(new ActionError(wide)).type, 'action_script_runtime_error');
    const proxy: object = new Proxy({}, { get: () => proxy, ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });
    assert.equal(classify(new ActionError(proxy)).type, 'action_script_runtime_error');
});
