import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import type { ProxyConfiguration } from '../src/types.ts';
import { failed, head, host, ok, kept } from './support/ops.ts';
import { run, value } from './support/run.ts';

beforeEach(() => host.reset());

async function sent(config: unknown, method: 'proxy' | 'get' | 'post' | 'delete' = 'proxy') {
    await value((nango) => nango[method](config as ProxyConfiguration));
    return host.requests[0];
}

async function refused(config: unknown): Promise<Error & { code?: string }> {
    try {
        await sent(config);
    } catch (error) {
        assert.equal(host.requests.length, 0);
        return error as Error;
    }
    throw new Error('the request was not refused');
}

test('a request crosses with every field filled in', async () => {
    const { wire, bytes } = await sent({ endpoint: '/users' });
    assert.equal(bytes, null);
    assert.deepEqual(wire, {
        endpoint: '/users',
        method: 'GET',
        headers: [],
        paramsText: null,
        paramsPairs: null,
        bodyKind: 'none',
        bodyText: null,
        bodyPairs: null,
        retries: 0,
        retryOn: [],
        retryHeaderAt: null,
        retryHeaderAfter: null,
        baseUrlOverride: null,
        responseType: 'default',
        forwardHeadersOnRedirect: null,
        providerConfigKey: null,
        connectionId: null,
    });
});

test('headers become texts under the names that the author wrote; what says nothing is left out', async () => {
    const headers = { 'X-Count': 3, Accept: 'a/b', gone: undefined, none: null };
    const response = await value((nango) => nango.get({ endpoint: '/', headers } as unknown as ProxyConfiguration));
    assert.deepEqual(host.requests[0].wire.headers, [
        ['X-Count', '3'],
        ['Accept', 'a/b'],
    ]);
    assert.deepEqual(response.config.headers, { 'x-count': '3', accept: 'a/b' });
});

test('params: text stays text, lists are joined, undefined and null are dropped', async () => {
    assert.equal((await sent({ endpoint: '/', params: 'a=b&c' })).wire.paramsText, 'a=b&c');
    host.reset();
    const params = { ids: [1, 2], q: 'x y', on: true, at: new Date(0), gone: undefined, none: null };
    assert.deepEqual((await sent({ endpoint: '/', params })).wire.paramsPairs, [
        ['ids', '1,2'],
        ['q', 'x y'],
        ['on', 'true'],
        ['at', '1970-01-01T00:00:00.000Z'],
    ]);
    host.reset();
    assert.deepEqual((await sent({ endpoint: '/', params: new URLSearchParams('a=1&a=2') })).wire.paramsPairs, [
        ['a', '1'],
        ['a', '2'],
    ]);
});

test('params: an object is its text; retries may be text', async () => {
    const { wire } = await sent({ endpoint: '/', params: { filter: { a: 1 }, url: new URL('https://a.test/') }, retries: '3' });
    assert.deepEqual(wire.paramsPairs, [
        ['filter', '[object Object]'],
        ['url', 'https://a.test/'],
    ]);
    assert.equal(wire.retries, 3);
});

test('a body is of the kind that axios would send', async () => {
    const kinds: [unknown, Record<string, string> | undefined, object][] = [
        [{ a: 1 }, undefined, { bodyKind: 'json', bodyText: '{"a":1}' }],
        [[1, 2], undefined, { bodyKind: 'json', bodyText: '[1,2]' }],
        ['plain', undefined, { bodyKind: 'text', bodyText: 'plain' }],
        [' {"a":1} ', { 'Content-Type': 'application/json' }, { bodyKind: 'text', bodyText: '{"a":1}' }],
        ['no json', { 'Content-Type': 'application/json' }, { bodyKind: 'json', bodyText: '"no json"' }],
        [new URLSearchParams('a=1'), undefined, { bodyKind: 'form', bodyPairs: [['a', '1']] }],
        [{ a: 1 }, { 'content-type': 'multipart/form-data' }, { bodyKind: 'multipart', bodyPairs: [['a', '1']] }],
        ['', undefined, { bodyKind: 'none' }],
        [0, undefined, { bodyKind: 'none' }],
    ];
    for (const [data, headers, expected] of kinds) {
        host.reset();
        const { wire } = await sent({ endpoint: '/', data, headers }, 'post');
        assert.deepEqual({ ...wire, ...expected }, wire);
    }
});

test('a form nests with brackets', async () => {
    const data = { a: { b: 1 }, list: ['x', null], items: [{ id: 2 }], gone: undefined };
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { wire } = await sent({ endpoint: '/', data, headers }, 'post');
    assert.deepEqual(wire.bodyPairs, [
        ['a[b]', '1'],
        ['list[]', 'x'],
        ['list[]', ''],
        ['items[0][id]', '2'],
    ]);
});

test('bytes cross beside the request, and only the part that a view shows', async () => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    const { wire, bytes } = await sent({ endpoint: '/', data: whole.subarray(1, 3) }, 'post');
    assert.equal(wire.bodyKind, 'bytes');
    assert.deepEqual(bytes, new Uint8Array([2, 3]));
    host.reset();
    assert.deepEqual((await sent({ endpoint: '/', data: whole.buffer }, 'post')).bytes, whole);
});

test('GET has no body; DELETE may have one', async () => {
    assert.equal((await sent({ endpoint: '/', data: { a: 1 } }, 'get')).wire.bodyKind, 'none');
    host.reset();
    assert.equal((await sent({ endpoint: '/', data: { a: 1 } }, 'delete')).wire.bodyKind, 'json');
});

test('half a surrogate pair in a body becomes U+FFFD, and text that looks like an escape stays', async () => {
    const { wire } = await sent({ endpoint: '/', data: { a: '\ud800x', b: '\\ud800', c: '😀' } }, 'post');
    assert.equal(wire.bodyText, '{"a":"\ufffdx","b":"\\\\ud800","c":"😀"}');
});

test('the configuration of the caller stays as it was', async () => {
    const config = Object.freeze({ endpoint: '/', headers: Object.freeze({ A: 'b' }), params: Object.freeze({ a: 1 }) });
    await sent(config, 'post');
    assert.deepEqual(config, { endpoint: '/', headers: { A: 'b' }, params: { a: 1 } });
});

test('a wrong configuration is refused before anything is sent, and the error names the field', async () => {
    const wrong: [unknown, RegExp][] = [
        [undefined, /needs an object/],
        [{}, /no endpoint/],
        [{ endpoint: 5 }, /endpoint must be a string, not number/],
        [{ endpoint: '/', method: 7 }, /method must be a string/],
        [{ endpoint: '/', headers: 'a: b' }, /headers must be an object/],
        [{ endpoint: '/', headers: { a: {} } }, /headers\.a must be a string/],
        [{ endpoint: '/', params: 5 }, /params must be a string or an object/],
        [{ endpoint: '/', params: { filter: Symbol() } }, /params\.filter must be text/],
        [{ endpoint: '/', retries: -1 }, /retries must be a whole number/],
        [{ endpoint: '/', retries: 'many' }, /retries must be a whole number/],
        [{ endpoint: '/', retryOn: 503 }, /retryOn must be a list/],
        [{ endpoint: '/', retryOn: [99] }, /retryOn\[0\] must be an HTTP status/],
        [{ endpoint: '/', responseType: 'xml' }, /responseType 'xml' does not exist/],
        [{ endpoint: '/', forwardHeadersOnRedirect: 'yes' }, /forwardHeadersOnRedirect must be true or false/],
    ];
    for (const [config, message] of wrong) {
        assert.match((await refused(config)).message, message);
    }
});

test('an answer has the shape of axios', async () => {
    host.answerWith(200, '{"id":7}', [
        ['content-type', 'application/json'],
        ['set-cookie', 'a=b'],
    ]);
    const response = await value((nango) =>
        nango.post({ endpoint: '/x', headers: { Authorization: 'mine' }, data: { a: 1 } }),
    );
    assert.deepEqual(response.data, { id: 7 });
    assert.equal(response.status, 200);
    assert.equal(response.statusText, 'Text');
    assert.equal(response.headers['content-type'], 'application/json');
    assert.deepEqual(response.headers['set-cookie'], ['a=b']);
    assert.equal((response.headers as unknown as Map<string, string>).get('Content-Type'), 'application/json');
    assert.deepEqual(response.config, {
        url: 'https://api.test/v1/x?a=b',
        method: 'post',
        headers: { authorization: 'mine' },
        responseType: undefined,
        data: '{"a":1}',
    });
    assert.deepEqual(response.request, {
        method: 'GET',
        protocol: 'https:',
        host: 'api.test',
        path: '/v1/x?a=b',
        res: { responseUrl: 'https://api.test/v1/x?a=b' },
    });
});

test('response.request is the last request of a chain of redirects', async () => {
    const requests: [string, string, string, string][] = [
        ['http://127.0.0.1:8080/last/hop?q=1%20x', 'http:', '127.0.0.1', '/last/hop?q=1%20x'],
        ['https://login.test', 'https:', 'login.test', '/'],
        ['https://login.test/?q=a:b', 'https:', 'login.test', '/?q=a:b'],
        ['http://[::1]:80/x', 'http:', '::1', '/x'],
    ];
    for (const [lastUrl, protocol, name, path] of requests) {
        for (const status of [200, 404]) {
            const last = head(status, [], { lastMethod: 'GET', lastUrl, redirected: true });
            host.answer = () => Promise.resolve(ok({ ...last, text: '{}', bytes: null }));
            const settled: any = await value((nango) =>
                nango.post({ endpoint: '/x', data: { a: 1 } }).catch((error: unknown) => error),
            );
            const response = status === 200 ? settled : settled.response;
            const expected = { method: 'GET', protocol, host: name, path, res: { responseUrl: lastUrl } };
            assert.deepEqual(response.request, expected);
            assert.equal(status === 200 || settled.request === response.request, true);
            assert.equal(response.config.url, 'https://api.test/v1/x?a=b');
        }
    }
});

test('methods cross in upper case, and the host decides about them', async () => {
    for (const [method, crossed] of [['propfind', 'PROPFIND'], ['HEAD', 'HEAD'], ['Report', 'REPORT'], ['', 'GET'], [null, 'GET'], ['foo', 'FOO']]) {
        host.reset();
        const { wire } = await sent({ endpoint: '/', method, data: { a: 1 } });
        const withBody = crossed !== 'GET' && crossed !== 'HEAD';
        assert.deepEqual([wire.method, wire.bodyKind], [crossed, withBody ? 'json' : 'none']);
    }
});

test('an answer whose body is broken rejects with its head, as in axios', async () => {
    for (const [code, name, status] of [
        ['ERR_BAD_RESPONSE', 'AxiosError', 200],
        ['ERR_BAD_RESPONSE', 'AxiosError', 404],
        ['Z_DATA_ERROR', 'Error', 200],
    ] as const) {
        const response = head(status, [['x-a', '1']]);
        host.answer = () => Promise.resolve(failed({ kind: 'broken_body', code, message: 'why', response }));
        const error: any = await value((nango) => nango.get({ endpoint: '/' }).catch((thrown: unknown) => thrown));
        assert.deepEqual(
            [error.isAxiosError, error.name, error.code, error.message, error.status, error.response.status],
            [true, name, code, 'why', status, status],
        );
        assert.deepEqual([error.response.data, error.response.headers['x-a']], [undefined, '1']);
        assert.deepEqual([error.response.statusText, error.request], ['Text', error.response.request]);
    }
});

test('a body is parsed as axios parses it', async () => {
    const bodies: [string, 'json' | 'text' | undefined, unknown][] = [
        ['{"a":1}', undefined, { a: 1 }],
        ['\ufeff{"a":1}', undefined, { a: 1 }],
        ['<html>', undefined, '<html>'],
        ['', undefined, ''],
        ['null', 'json', null],
        ['{"a":1}', 'text', '{"a":1}'],
    ];
    for (const [body, responseType, expected] of bodies) {
        host.answerWith(200, body);
        const config = responseType === undefined ? { endpoint: '/' } : { endpoint: '/', responseType };
        assert.deepEqual((await value((nango) => nango.get(config))).data, expected);
    }
});

test('responseType arraybuffer gives bytes', async () => {
    const bytes = new Uint8Array([0, 255]);
    host.answer = () =>
        Promise.resolve({
            ok: { ...head(200), text: null, bytes: kept(bytes) },
            error: null,
        });
    const response = await value((nango) => nango.get({ endpoint: '/', responseType: 'arraybuffer' }));
    assert(Buffer.isBuffer(response.data));
    assert.deepEqual([...response.data], [...bytes]);
});

test('a status outside 2xx is thrown as axios throws it', async () => {
    for (const [status, code] of [
        [404, 'ERR_BAD_REQUEST'],
        [503, 'ERR_BAD_RESPONSE'],
        [304, undefined],
    ] as const) {
        host.answerWith(status, '{"error":"no"}');
        await run(async (nango) => {
            await assert.rejects(nango.get({ endpoint: '/x' }), (error: any) => {
                assert.equal(error instanceof Error, true);
                assert.equal(error.name, 'AxiosError');
                assert.equal(error.isAxiosError, true);
                assert.equal(error.message, `Request failed with status code ${status}`);
                assert.equal(error.code, code);
                assert.equal(error.status, status);
                assert.equal(error.response.status, status);
                assert.deepEqual(error.response.data, { error: 'no' });
                assert.equal(error.config, error.response.config);
                assert.equal(error.toJSON().status, status);
                assert.ok(!('response' in error.toJSON()));
                return true;
            });
        });
    }
});

test('what the host could not do becomes the error that authors know', async () => {
    const failures: [Parameters<typeof failed>[0], object][] = [
        [{ kind: 'network', code: 'ENOTFOUND' }, { name: 'Error', code: 'ENOTFOUND', isAxiosError: true }],
        [{ kind: 'configuration', code: 'missing_api_url' }, { name: 'Error', code: 'missing_api_url' }],
        [{ kind: 'unsupported', code: 'unsupported' }, { name: 'Error', code: 'unsupported' }],
        [{ kind: 'api', code: 'invalid_credentials', status: 424 }, { name: 'AxiosError', status: 424 }],
    ];
    for (const [failure, expected] of failures) {
        host.answer = () => Promise.resolve(failed({ ...failure, message: 'why' }));
        const error = await value((nango) => nango.get({ endpoint: '/' })).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof Error);
        for (const [field, wanted] of Object.entries(expected)) {
            assert.equal((error as unknown as Record<string, unknown>)[field], wanted);
        }
        if (failure.kind === 'api') {
            const { response } = error as unknown as { response: { data: unknown } };
            assert.deepEqual(response.data, { error: { code: 'invalid_credentials', message: 'why' } });
        } else {
            assert.ok(!('response' in error));
        }
    }
});
