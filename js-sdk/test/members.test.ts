import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as z from 'zod';

import { failed, head, host, ok, kept } from './support/ops.ts';
import { run, runError, value } from './support/run.ts';

beforeEach(() => host.reset());

test('an integration is remembered for each list of what is included, as text', async () => {
    host.integration = '{"unique_key":"salesforce","webhook_url":"https://hooks.test/1"}';
    await value(async (nango) => {
        const first = await nango.getIntegration();
        first.unique_key = 'changed';
        assert.equal((await nango.getIntegration({})).unique_key, 'salesforce');
        await nango.getIntegration({ include: ['credentials', 'webhook'] });
        await nango.getIntegration({ include: ['webhook', 'credentials', 'webhook'] });
        assert.equal(await nango.getWebhookURL(), 'https://hooks.test/1');
        await assert.rejects(nango.getIntegration({ include: ['secrets' as 'webhook'] }), /not secrets/);
    });
    assert.deepEqual(host.calls, [
        ['integration', []],
        ['integration', ['webhook', 'credentials']],
        ['integration', ['webhook']],
    ]);
});

test("what the host refuses is an axios error, as from Nango's API", async () => {
    await value(async (nango) => {
        host.failure = failed({ kind: 'api', status: 404, code: 'not_found', message: 'no' });
        const error = await nango.getIntegration().catch((caught: any) => caught);
        assert.deepEqual([error.isAxiosError, error.response.status, error.response.data.error.code], [true, 404, 'not_found']);
        host.failure = failed({ kind: 'answer', status: 424, code: 'api_error', message: 'no', body: '{"payload":{"a":1}}' });
        const answer = await nango.triggerAction('p', 'c', 'a').catch((caught: any) => caught);
        assert.deepEqual([answer.response.status, answer.response.data], [424, { payload: { a: 1 } }]);
    });
});

test('environment variables are asked for every time', async () => {
    host.variables = '[{"name":"A","value":"1"}]';
    const found = await value(async (nango) => [await nango.getEnvironmentVariables(), await nango.getEnvironmentVariables()]);
    assert.deepEqual(found, [[{ name: 'A', value: '1' }], [{ name: 'A', value: '1' }]]);
    assert.equal(host.calls.length, 2);
});

test('triggerAction sends its input as JSON and gives what the action returned', async () => {
    host.output = '{"id":7}';
    await value(async (nango: any) => {
        assert.deepEqual(await nango.triggerAction('github', 'acme', 'create-issue', { title: 't' }), { id: 7 });
        host.output = 'null';
        assert.equal(await nango.triggerAction('github', 'acme', 'ping'), null);
        await assert.rejects(nango.triggerAction('github', 'acme'), /actionName/);
    });
    assert.deepEqual(host.calls, [
        ['trigger_action', 'github', 'acme', 'create-issue', '{"title":"t"}'],
        ['trigger_action', 'github', 'acme', 'ping', 'null'],
    ]);
});

test('the field mapping is the old name of metadata', async () => {
    await value(async (nango) => {
        assert.deepEqual(await nango.getFieldMapping(), {});
        const response = await nango.setFieldMapping({ a: 'b' });
        assert.equal(response.status, 201);
        assert.deepEqual(await nango.getFieldMapping(), {});
        await nango.setMetadata({ fieldMapping: { a: 'b' } });
        assert.deepEqual(await nango.getFieldMapping(), { a: 'b' });
    });
    assert.equal(host.writes[0].json, '{"a":"b"}');
});

test('setLogger drops what is below its level, and off is for good', async () => {
    await value(async (nango) => {
        assert.equal(nango.logger.level, 'debug');
        await nango.log('1', { level: 'debug' });
        nango.setLogger({ level: 'warn' });
        await nango.log('2');
        await nango.log('3', { level: 'error' });
        assert.throws(() => nango.setLogger({ level: 'loud' as 'warn' }), /debug, info, warn, error or off/);
        nango.setLogger({ level: 'off' });
        nango.setLogger({ level: 'debug' });
        assert.equal(nango.logger.level, 'off');
        await nango.log('4', { level: 'error' });
    });
    assert.deepEqual(host.logs.map(({ message }) => message), ['1', '3']);
});

test('locks: arguments are checked before the host is asked', async () => {
    await value(async (nango: any) => {
        for (const options of [undefined, {}, { key: '', ttlMs: 1 }, { key: 'x'.repeat(256), ttlMs: 1 }, { key: 'k' }, { key: 'k', ttlMs: 0 }, { key: 'k', ttlMs: NaN }, { key: 'k', ttlMs: '5' }]) {
            await assert.rejects(nango.tryAcquireLock(options));
        }
        await assert.rejects(nango.releaseLock({ key: 5 }));
        assert.deepEqual(host.calls, []);
        assert.equal(await nango.tryAcquireLock({ key: 'k', ttlMs: 500 }), true);
        assert.equal(await nango.releaseLock({ key: 'k' }), true);
        assert.equal(await nango.releaseLock({ key: 'k' }), false);
        assert.equal(await nango.releaseAllLocks(), undefined);
    });
    assert.deepEqual(host.calls[0], ['acquire_lock', 'k', 500]);
});

test('checkpoints: read before the first write, and written with the version that was read', async () => {
    await value(async (nango) => {
        await nango.saveCheckpoint({ page: 1 });
        assert.deepEqual(await nango.getCheckpoint(), { page: 1 });
        await nango.saveCheckpoint({ page: 2, done: false, at: 'x' });
        await nango.clearCheckpoint();
        assert.equal(await nango.getCheckpoint(), null);
    });
    assert.deepEqual(host.calls, [
        ['checkpoint'],
        ['write_checkpoint', '{"page":1}', 0],
        ['checkpoint'],
        ['write_checkpoint', '{"page":2,"done":false,"at":"x"}', 1],
        ['write_checkpoint', null, 2],
        ['checkpoint'],
    ]);
});

test('checkpoints: what is not flat is none, and another writer is a conflict', async () => {
    await value(async (nango: any) => {
        for (const wrong of [null, undefined, 'x', [1], { a: null }, { a: {} }, { a: [1] }, { a: NaN }, { a: undefined }]) {
            await assert.rejects(nango.saveCheckpoint(wrong), /invalid checkpoint/);
        }
        assert.deepEqual(host.calls, []);
        await nango.getCheckpoint();
        host.checkpoint = { json: '{"by":"another"}', version: 4 };
        await assert.rejects(nango.saveCheckpoint({ a: 1 }), (error: any) => error.code === 'checkpoint_conflict' && error.cause instanceof Error);
        host.failure = failed({ kind: 'network' });
        assert.equal(await nango.getCheckpoint(), null);
        await nango.getCheckpoint();
        host.failure = failed({ kind: 'network', message: 'gone' });
        await assert.rejects(nango.saveCheckpoint({ a: 1 }), (error: any) => error.cause.message === 'gone');
    });
});

test('zodValidateInput gives what zod made of it, or logs each problem and rejects', async () => {
    const zodSchema = z.object({ id: z.coerce.number(), tags: z.array(z.string()) });
    const parsed = await value((nango) => nango.zodValidateInput({ zodSchema, input: { id: '7', tags: [] } }));
    assert.deepEqual(parsed, { success: true, data: { id: 7, tags: [] } });
    const error = await runError((nango) => nango.zodValidateInput({ zodSchema, input: { id: 'x', tags: [1] } }));
    assert.deepEqual([error.type, error.payload], ['action_script_runtime_error', { message: 'Invalid input provided' }]);
    assert.equal(host.logs.length, 2);
    assert.ok(host.logs.every(({ level }) => level === 'error'));
    assert.match(host.logs[1].message, /at tags\.0$/);
});

test('plain properties are as in Nango', async () => {
    const seen = await value((nango) => ({ ...nango }));
    const { activityLogId, accountId, scriptType, isCLI, syncConfig, nangoConnectionId } = seen;
    assert.deepEqual([activityLogId, accountId, scriptType, isCLI], ['run-1', 1, 'on-event', false]);
    assert.ok(Number.isSafeInteger(nangoConnectionId) && (nangoConnectionId as number) > 0);
    assert.deepEqual([syncConfig['id'], syncConfig['sync_name'], syncConfig['type']], [-1, 'validate-connection', 'sync']);
    const inProd = await value((nango) => nango.environmentId, { facts: { environmentName: 'prod' } });
    assert.ok(Number.isInteger(seen.environmentId) && seen.environmentId > 0 && inProd !== seen.environmentId);
    const action = await value((nango) => [nango.scriptType, nango.isCLI], { facts: { event: null, dryRun: true } });
    assert.deepEqual(action, ['action', true]);
});

test('what belongs to syncs says so when it is called', async () => {
    await value((nango: any) => {
        for (const name of ['triggerSync', 'startSync', 'batchSave', 'setMergingStrategy']) {
            assert.throws(() => nango[name](), new RegExp(`nango\\.${name}\\(\\) belongs to syncs`));
            assert.equal(name in nango, false);
        }
        assert.throws(() => nango.getFlowAttributes(), /belongs to syncs/);
    });
});

test('uncontrolledFetch crosses with upper-case method, headers and bytes, and gives a Response', async () => {
    host.fetched = () =>
        ok({ status: 201, statusText: 'Made', headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-y', 'z']], bytes: kept(new TextEncoder().encode('{"a":"ö"}')), url: 'https://b.test/end', redirected: true });
    const response = await value((nango) =>
        nango.uncontrolledFetch({ url: new URL('https://a.test/x?y=1'), method: 'post' as 'POST', headers: { 'X-A': '1' }, body: 'ö' }),
    );
    assert.deepEqual(host.fetches[0].request, { url: 'https://a.test/x?y=1', method: 'POST', headers: [['X-A', '1'], ['content-type', 'text/plain;charset=UTF-8']] });
    assert.deepEqual([...host.fetches[0].body!], [0xc3, 0xb6]);
    assert.ok(response instanceof Response);
    assert.deepEqual([response.status, response.statusText, response.ok, response.url, response.redirected], [201, 'Made', true, 'https://b.test/end', true]);
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
    assert.deepEqual(await response.json(), { a: 'ö' });
    host.fetched = () => ok({ status: 204, statusText: '', headers: [], bytes: kept(new Uint8Array()), url: 'https://a.test/', redirected: false });
    const empty = await value((nango) => nango.uncontrolledFetch({ url: new URL('https://a.test/'), body: '' }));
    assert.deepEqual([empty.status, await empty.text(), host.fetches[1].body, host.fetches[1].request.method], [204, '', null, 'GET']);
});

test('uncontrolledFetch takes the bodies that fetch takes', async () => {
    host.fetched = () => ok({ status: 204, statusText: '', headers: [], bytes: kept(new Uint8Array()), url: 'https://a.test/', redirected: false });
    const buffer = Buffer.from('abcd');
    const form = 'application/x-www-form-urlencoded;charset=UTF-8';
    const bodies: [unknown, string, [string, string][]][] = [
        [buffer.subarray(1, 3), 'bc', []],
        [new Uint8Array([0x61]), 'a', []],
        [new Uint8Array([0x62]).buffer, 'b', []],
        [new DataView(new Uint8Array([0x61, 0x62]).buffer, 1), 'b', []],
        [new URLSearchParams({ a: '1 2' }), 'a=1+2', [['content-type', form]]],
    ];
    for (const [body, bytes, headers] of bodies) {
        await value((nango: any) => nango.uncontrolledFetch({ url: new URL('https://a.test/'), method: 'POST', body }));
        const { request, body: sent } = host.fetches.at(-1)!;
        assert.equal(Buffer.from(sent!).toString(), bytes);
        assert.deepEqual(request.headers, headers);
    }
    await value((nango: any) =>
        nango.uncontrolledFetch({ url: new URL('https://a.test/'), method: 'POST', body: new URLSearchParams('a'), headers: { 'Content-Type': 'x/y' } }),
    );
    assert.deepEqual(host.fetches.at(-1)!.request.headers, [['Content-Type', 'x/y']]);
});

test('uncontrolledFetch: refusals are ActionErrors, a dead network is a TypeError, wrong arguments are named', async () => {
    const url = new URL('http://127.0.0.1/');
    for (const code of ['url_not_allowed', 'too_many_redirects', 'invalid_redirect']) {
        host.fetched = () => failed({ kind: 'configuration', code, message: 'why' });
        const error = await runError((nango) => nango.uncontrolledFetch({ url }));
        assert.deepEqual([error.type, error.payload], ['action_script_runtime_error', { code, message: 'why' }]);
    }
    host.fetched = () => failed({ kind: 'network', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' });
    await value(async (nango: any) => {
        const error = await nango.uncontrolledFetch({ url }).catch((caught: unknown) => caught);
        assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'fetch failed', 'ECONNREFUSED']);
        await assert.rejects(nango.uncontrolledFetch({ url: 'https://a.test' }), /URL object/);
        await assert.rejects(nango.uncontrolledFetch({ url, body: {} }), /body must be text, bytes or URLSearchParams/);
    });
});

test('uncontrolledFetch: a method that cannot be sent is a TypeError', async () => {
    host.fetched = () => failed({ kind: 'configuration', code: 'invalid_method', message: 'no TRACE' });
    await value((nango: any) =>
        assert.rejects(nango.uncontrolledFetch({ url: new URL('https://a.test/'), method: 'trace' }), {
            name: 'TypeError',
            message: 'no TRACE',
        }),
    );
});

test('uncontrolledFetch: an answer that is cut short resolves, and reading it rejects', async () => {
    for (const [code, cause] of [['ERR_BAD_RESPONSE', 'UND_ERR_SOCKET'], ['Z_DATA_ERROR', 'Z_DATA_ERROR']]) {
        const response = head(404, [['x-a', '1'], ['x-a', '2']], { lastUrl: 'https://b.test/end', redirected: true });
        host.fetched = () => failed({ kind: 'broken_body', code, message: 'why', response });
        const cut = await value((nango: any) => nango.uncontrolledFetch({ url: new URL('https://a.test/') }));
        assert.deepEqual([cut.status, cut.url, cut.redirected, cut.headers.get('x-a')], [404, 'https://b.test/end', true, '1, 2']);
        const error: any = await cut.text().catch((thrown: unknown) => thrown);
        assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'terminated', cause]);
    }
});

test('the fields of a request that say how to retry and to read', async () => {
    await value(async (nango: any) => {
        await nango.get({ endpoint: '/x', retryHeader: { at: 'x-at', after: 'x-after' }, decompress: 'true' });
        await assert.rejects(nango.get({ endpoint: '/x', responseType: 'pdf' }), /'pdf' does not exist/);
        await assert.rejects(nango.get({ endpoint: '/x', retryHeader: 'retry-after' }), /retryHeader must be an object/);
        await assert.rejects(nango.get({ endpoint: '/x', decompress: 7 }), /decompress/);
    });
    const { wire } = host.requests[0];
    assert.deepEqual([wire.retryHeaderAt, wire.retryHeaderAfter], ['x-at', 'x-after']);
});

test('a member can be replaced, described and enumerated; internals cannot be seen', async () => {
    const settlement = await run((nango: any) => {
        assert.ok(Object.keys(nango).includes('paginate'));
        assert.equal(typeof Object.getOwnPropertyDescriptor(nango, 'getIntegration')?.value, 'function');
        assert.equal(Object.getOwnPropertyDescriptor(nango, 'memoizedConnections'), undefined);
        assert.equal('persistClient' in nango, false);
        nango.scriptType = 'mine';
        assert.equal(nango.scriptType, 'mine');
    });
    assert.equal(settlement.kind, 'returned');
});
