import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import * as publicModule from '../src/nango.ts';
import { host } from './support/ops.ts';
import { run, runError, value } from './support/run.ts';

beforeEach(() => host.reset());

test('the run is told by plain properties, and ActionError is the class of the module', async () => {
    const seen = await value((nango) => [
        nango.connectionId,
        nango.providerConfigKey,
        nango.provider,
        nango.environmentName,
        nango.ActionError === publicModule.ActionError,
    ]);
    assert.deepEqual(seen, ['acme', 'salesforce', 'salesforce', 'dev', true]);
});

test('members work without their object', async () => {
    await value(async ({ get, getMetadata, log }) => {
        await get({ endpoint: '/x' });
        await getMetadata();
        await log('hi');
    });
    assert.equal(host.requests[0].wire.endpoint, '/x');
    assert.equal(host.logs.length, 1);
});

test('unknown names are undefined', async () => {
    await value((nango: any) => {
        assert.equal(nango.then, undefined);
        assert.equal(nango.whatever, undefined);
        assert.equal(nango[Symbol.toPrimitive], undefined);
    });
});

test('internals are hidden', async () => {
    await value((nango: any) => {
        for (const name of ['constructor', '__proto__', 'memoizedConnections', 'telemetryBag']) {
            assert.throws(() => nango[name], new RegExp(`nango\\.${name} is internal`));
            assert.throws(() => {
                nango[name] = 1;
            }, /is internal/);
            assert.throws(() => delete nango[name], /is internal/);
            assert.equal(name in nango, false);
        }
        assert.equal(Object.getPrototypeOf(nango), null);
        assert.throws(() => Object.setPrototypeOf(nango, {}), /prototype/);
        assert.ok(Object.keys(nango).includes('get'));
    });
});

test('a function may replace a member for itself; the others do not notice', async () => {
    await value(async (nango: any) => {
        nango.proxy = () => assert.fail('replaced member was called');
        await nango.get({ endpoint: '/x' });
    });
    assert.equal(host.requests.length, 1);
});

test('a connection is remembered as text, by both ids, until metadata is written', async () => {
    host.connection = '{"connection_id":"acme","credentials":{"type":"API_KEY","apiKey":"k"}}';
    await value(async (nango) => {
        const first = await nango.getConnection();
        first.credentials['apiKey'] = 'changed';
        assert.equal((await nango.getConnection()).credentials['apiKey'], 'k');
        await nango.getConnection('ab', 'c');
        await nango.getConnection('a', 'bc');
        await nango.setMetadata({ a: 1 });
        await nango.getConnection();
    });
    assert.deepEqual(host.connections, [
        [null, null],
        ['ab', 'c'],
        ['a', 'bc'],
        [null, null],
    ]);
});

test('a connection is asked for again where the caller wants a fresh one', async () => {
    await value(async (nango: any) => {
        await nango.getConnection();
        await nango.getConnection(undefined, undefined, { forceRefresh: true });
        await nango.getConnection(undefined, undefined, { refreshToken: true });
        await nango.getConnection(undefined, undefined, { refreshGithubAppJwtToken: true });
        await nango.getConnection(undefined, undefined, { forceRefresh: 'yes' });
    });
    assert.deepEqual(host.connectionOptions, [
        { refresh: false, refreshTokens: false },
        { refresh: true, refreshTokens: false },
        { refresh: false, refreshTokens: true },
        { refresh: false, refreshTokens: false },
    ]);
});

test('getToken answers by the type of the credentials', async () => {
    const tokens: [object, unknown][] = [
        [{ type: 'OAUTH2', access_token: 't' }, 't'],
        [
            { type: 'OAUTH1', oauth_token: 'a', oauth_token_secret: 'b' },
            { oAuthToken: 'a', oAuthTokenSecret: 'b' },
        ],
        [
            { type: 'API_KEY', apiKey: 'k' },
            { type: 'API_KEY', apiKey: 'k' },
        ],
    ];
    for (const [credentials, token] of tokens) {
        host.connection = JSON.stringify({ credentials });
        assert.deepEqual(await value((nango) => nango.getToken()), token);
    }
});

test('sealed credentials are an error for whoever reads them, and for nobody else', async () => {
    host.connection = JSON.stringify({
        connection_id: 'acme',
        credentials: { sealed_by: 'integrations.salesforce.seal_credentials' },
        connection_config: { region: 'eu' },
    });
    await value(async (nango: any) => {
        for (let round = 0; round < 2; round++) {
            const connection = await nango.getConnection();
            assert.deepEqual([connection.connection_id, connection.connection_config], ['acme', { region: 'eu' }]);
            assert.equal(JSON.stringify({ ...connection }), '{"connection_id":"acme","connection_config":{"region":"eu"}}');
            const refusal = { code: 'seal_credentials', message: /sealed by integrations\.salesforce\.seal_credentials/ };
            assert.throws(() => connection.credentials.access_token, refusal);
            await assert.rejects(nango.getToken(), refusal);
        }
    });
});

test('getToken says so where the connection has no credentials', async () => {
    for (const connection of ['{}', '{"credentials":null}']) {
        host.connection = connection;
        const error = await runError((nango) => nango.getToken());
        assert.match(error.message, /the connection has no credentials/);
    }
});

test('calls that are not awaited are named in a warning', async () => {
    host.answer = () => new Promise(() => undefined);
    const settlement = await run((nango) => {
        void nango.post({ endpoint: '/webhooks' });
        void nango.setMetadata({ a: 1 });
    });
    assert.equal(settlement.kind, 'returned');
    assert.equal(host.warnings.length, 1);
    assert.equal(host.warnings[0].code, 'calls_not_awaited');
    assert.deepEqual(host.warnings[0].keys, ['post /webhooks', 'setMetadata']);
});

test('calls that are awaited, also together, and calls that fail leave no warning', async () => {
    await run(async (nango) => {
        await Promise.all([nango.get({ endpoint: '/a' }), nango.getMetadata(), nango.getToken().catch(() => null)]);
        host.answerWith(500, '');
        await nango.get({ endpoint: '/b' });
    });
    assert.deepEqual(host.warnings, []);
});
