import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { host } from './support/ops.ts';
import { value } from './support/run.ts';

beforeEach(() => host.reset());

async function logged(...args: unknown[]) {
    await value((nango) => nango.log(...args));
    assert.equal(host.logs.length, 1);
    return host.logs[0];
}

test('message, data and level', async () => {
    const cases: [unknown[], object][] = [
        [['hi'], { level: 'info', message: 'hi', meta: null }],
        [['hi', { a: 1 }], { level: 'info', message: 'hi', meta: { a: 1 } }],
        [['hi', { level: 'warn' }], { level: 'warn', message: 'hi', meta: null }],
        [['hi', { a: 1 }, { level: 'debug' }], { level: 'debug', message: 'hi', meta: { a: 1 } }],
        [['hi', { level: 'verbose' }], { level: 'debug', message: 'hi', meta: null }],
        [['hi', { level: 'http' }], { level: 'info', message: 'hi', meta: null }],
    ];
    for (const [args, expected] of cases) {
        host.reset();
        assert.deepEqual(await logged(...args), expected);
    }
});

test('data that has a level of its own is kept', async () => {
    assert.deepEqual(await logged('hi', { level: 'gold', user: 1 }), {
        level: 'info',
        message: 'hi',
        meta: { level: 'gold', user: 1 },
    });
    host.reset();
    assert.deepEqual(await logged('hi', { level: 'error', user: 1 }), {
        level: 'error',
        message: 'hi',
        meta: { level: 'error', user: 1 },
    });
});

test('data of any kind reaches the log', async () => {
    const cases: [unknown[], unknown][] = [
        [['a', 'b'], { value: 'b' }],
        [['a', null], { value: null }],
        [['a', undefined], null],
        [['a', 5n], { value: '5' }],
        [['a', [1, 2]], { value: [1, 2] }],
        [['a', 1, 'two', true], { value: [1, 'two', true] }],
        [['a', Symbol('s')], { value: 'Symbol(s)' }],
    ];
    for (const [args, meta] of cases) {
        host.reset();
        assert.deepEqual((await logged(...args)).meta, meta);
    }
});

test('messages of any kind are text', async () => {
    const cases: [unknown, string][] = [
        [null, 'null'],
        [undefined, 'undefined'],
        [{ b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
        [new TypeError('no'), 'TypeError: no'],
        [5, '5'],
        ['\ud800', '\ufffd'],
    ];
    for (const [message, text] of cases) {
        host.reset();
        assert.equal((await logged(message)).message, text);
    }
});

test('errors in the data show their message', async () => {
    assert.deepEqual((await logged('failed', { error: new Error('why') })).meta, {
        error: { name: 'Error', message: 'why' },
    });
});

test('circular, hostile and endless data is cut, not lost', async () => {
    const circular: Record<string, unknown> = { a: 1 };
    circular['self'] = circular;
    assert.deepEqual((await logged('x', circular)).meta, { a: 1, self: '[circular]' });
    host.reset();
    const hostile = {
        get bad() {
            throw new Error('gotcha');
        },
        fine: 1,
    };
    assert.deepEqual((await logged('x', hostile)).meta, { bad: '[unreadable]', fine: 1 });
    host.reset();
    const long = await logged('x', { text: 'ü'.repeat(200_000), after: 1 });
    const bytes = Buffer.byteLength(JSON.stringify(long.meta));
    assert.ok(bytes < 99_000 && bytes > 90_000, `${bytes}`);
    host.reset();
    await logged('x', new Proxy({}, { ownKeys: () => assert.fail('trap') }));
});

test('authorization headers are not logged', async () => {
    const meta = { headers: { authorization: 'Bearer secret', Authorization: 'Basic secret' } };
    assert.ok(!JSON.stringify((await logged('x', meta)).meta).includes('secret'));
});
