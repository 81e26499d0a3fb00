import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import type { WireRequest } from '../src/ops.ts';
import { linkInHeader } from '../src/paginate/link.ts';
import { readPath, withPath } from '../src/paginate/path.ts';
import { head, host, ok } from './support/ops.ts';
import { runError, value } from './support/run.ts';

beforeEach(() => host.reset());

interface Page {
    body: unknown;
    headers?: [string, string][];
    url?: string;
}

/** Answers one request after another with these pages. */
function serve(...pages: Page[]): void {
    let next = 0;
    host.answer = async () => {
        const { body, headers = [], url = 'https://api.test/v1/items' } = pages[next++] ?? assert.fail('one page too many');
        return ok({ ...head(200, headers, { url }), text: JSON.stringify(body), bytes: null });
    };
}

async function collect(config: any): Promise<unknown[]> {
    return await value(async (nango: any) => {
        const pages: unknown[] = [];
        for await (const page of nango.paginate(config)) {
            pages.push(page);
        }
        return pages;
    });
}

const queries = () => host.requests.map(({ wire }) => Object.fromEntries(wire.paramsPairs ?? []));
const bodies = () => host.requests.map(({ wire }: { wire: WireRequest }) => JSON.parse(wire.bodyText ?? 'null'));

const cursor = { type: 'cursor', cursor_path_in_response: 'meta.next', cursor_name_in_request: 'after', response_path: 'items' };
const offset = { type: 'offset', offset_name_in_request: 'skip', limit_name_in_request: 'take', limit: 2 };

test('cursor: follows the cursor until there is none, and reports every page', async () => {
    serve({ body: { items: [1, 2], meta: { next: ' a ' } } }, { body: { items: [3], meta: { next: 7 } } }, { body: { items: [4], meta: { next: ' ' } } });
    const seen: unknown[] = [];
    const on_page = async (page: any) => void seen.push([page.nextPageParam, page.response.status]);
    const paginate = { ...cursor, limit: 2, limit_name_in_request: 'size', on_page };
    assert.deepEqual(await collect({ endpoint: '/items', params: { q: 'x' }, paginate }), [[1, 2], [3], [4]]);
    assert.deepEqual(queries(), [
        { q: 'x', size: '2' },
        { q: 'x', size: '2', after: 'a' },
        { q: 'x', size: '2', after: '7' },
    ]);
    assert.deepEqual(seen, [
        ['a', 200],
        [7, 200],
        [undefined, 200],
    ]);
});

test('cursor: an empty or missing page ends it without a yield', async () => {
    for (const items of [[], undefined, null, {}]) {
        serve({ body: { items, meta: { next: 'a' } } });
        assert.deepEqual(await collect({ endpoint: '/items', paginate: cursor }), []);
    }
});

test('link: follows header or body, yields every page, and ends where nothing new comes', async () => {
    const next = (url: string): [string, string][] => [['link', `<https://api.test/p?x=1>; rel="prev", <${url}>; rel="next"`]];
    serve(
        { body: [], headers: next('https://api.test/v1/items?page=2') },
        { body: [2], headers: next('/v1/items?page=3') },
        { body: [3], headers: next('/v1/items?page=3') },
    );
    const paginate = { type: 'link', link_rel_in_response_header: 'next', limit: 5, limit_name_in_request: 'n' };
    assert.deepEqual(await collect({ endpoint: '/v1/items', params: { a: 1 }, paginate }), [[], [2], [3]]);
    const asked = host.requests.map(({ wire }) => [wire.baseUrlOverride, wire.endpoint, wire.paramsPairs]);
    assert.deepEqual(asked, [
        [null, '/v1/items', [['a', '1'], ['n', '5']]],
        ['https://api.test', '/v1/items?page=2', null],
        ['https://api.test', '/v1/items?page=3', null].map((part, index) => (index === 1 ? '/v1/items?page=3' : part)),
    ]);
    serve({ body: { links: { next: '/two' }, d: [1] } }, { body: { links: { next: null } } });
    const inBody = { type: 'link', link_path_in_response_body: 'links.next', response_path: 'd' };
    assert.deepEqual(await collect({ endpoint: '/one', paginate: inBody }), [[1], undefined]);
});

test('link: another origin does not get the credentials', async () => {
    for (const url of ['https://evil.test/x', 'http://api.test/x', 'https://api.test:8443/x', 'https://api.test@evil.test/']) {
        host.reset();
        serve({ body: { next: url } });
        const error = await runError(async (nango: any) => {
            for await (const _ of nango.paginate({ endpoint: '/x', paginate: { type: 'link', link_path_in_response_body: 'next' } }));
        });
        assert.match(error.message, /another origin/, url);
        assert.equal(host.requests.length, 1);
    }
    host.reset();
    serve({ body: { next: 'https://api.github.test/x?y' }, url: 'https://fixture.invalid/x' }, { body: {} });
    await collect({ endpoint: '/x', paginate: { type: 'link', link_path_in_response_body: 'next' } });
    assert.equal(host.requests.length, 2, 'a recorded answer has no origin');
    serve({ body: { next: 'https://API.test:443/x' } }, { body: {} });
    await collect({ endpoint: '/x', paginate: { type: 'link', link_path_in_response_body: 'next' } });
    assert.equal(host.requests.at(-1)?.wire.endpoint, '/x');
});

test('offset: adds what came, ends at a short page before on_page, or at an empty one', async () => {
    serve({ body: [1, 2] }, { body: [3, 4] }, { body: [5] });
    const seen: unknown[] = [];
    const on_page = async (page: any) => void seen.push(page.nextPageParam);
    assert.deepEqual(await collect({ endpoint: '/i', paginate: { ...offset, on_page } }), [[1, 2], [3, 4], [5]]);
    assert.deepEqual(queries(), [{ take: '2', skip: '0' }, { take: '2', skip: '2' }, { take: '2', skip: '4' }]);
    assert.deepEqual(seen, [0, 2]);
    host.reset();
    serve({ body: [1, 2] }, { body: [] });
    await collect({ endpoint: '/i', paginate: { ...offset, offset_start_value: 1, offset_calculation_method: 'per-page' } });
    assert.deepEqual(queries().map((query) => query['skip']), ['1', '2']);
});

test('a limit without a name is not sent, and still says what a short page is', async () => {
    const unnamed = { ...offset, limit_name_in_request: undefined };
    serve({ body: [1, 2] }, { body: [3] });
    assert.deepEqual(await collect({ endpoint: '/i', paginate: unnamed }), [[1, 2], [3]]);
    assert.deepEqual(queries(), [{ skip: '0' }, { skip: '2' }]);
    host.reset();
    serve({ body: {} });
    await collect({ endpoint: '/i', paginate: { type: 'link', link_path_in_response_body: 'n', limit: 5 } });
    assert.equal(host.requests[0].wire.paramsPairs, null);
});

test('in the body: dotted names become objects, offsets numbers, and the method decides', async () => {
    serve({ body: [1, 2] }, { body: [] });
    const paginate = { ...offset, offset_name_in_request: 'page.start', limit_name_in_request: 'page.size' };
    const data = { page: { keep: true } };
    await collect({ endpoint: '/i', method: 'post', data, paginate });
    assert.deepEqual(bodies(), [
        { page: { keep: true, size: 2, start: 0 } },
        { page: { keep: true, size: 2, start: 2 } },
    ]);
    assert.deepEqual(data, { page: { keep: true } });
    host.reset();
    serve({ body: [1] });
    await collect({ endpoint: '/i', method: 'POST', data: { a: 1 }, paginate: { ...offset, in_body: false } });
    assert.deepEqual([bodies(), queries()], [[{ a: 1 }], [{ take: '2', skip: '0' }]]);
});

test('one configuration serves many paginations, and params can be text', async () => {
    const config = { endpoint: '/i', params: 'q=a%20b', paginate: cursor };
    const before = structuredClone(config);
    for (let time = 0; time < 2; time++) {
        serve({ body: { items: [1], meta: { next: 'a&b' } } }, { body: { items: [2] } });
        await collect(config);
    }
    assert.deepEqual(config, before);
    const asked = host.requests.map(({ wire }) => wire.paramsText);
    assert.deepEqual(asked, ['q=a%20b', 'q=a%20b&after=a%26b', 'q=a%20b', 'q=a%20b&after=a%26b']);
});

test("the provider's options lie under the caller's; in_body and on_page are the caller's alone", async () => {
    host.pagination = JSON.stringify({ ...cursor, limit: 50, limit_name_in_request: 'n', in_body: true });
    serve({ body: { rows: [1] } });
    assert.deepEqual(await collect({ endpoint: '/i', providerConfigKey: 'other', paginate: { response_path: 'rows', limit: 3 } }), [[1]]);
    assert.deepEqual(queries(), [{ n: '3' }]);
    assert.deepEqual(host.calls, [['pagination', 'other']]);
});

test('every mistake in the options is named, before any request', async () => {
    const mistakes: [object | undefined, RegExp][] = [
        [undefined, /paginate\.type/],
        [{ type: 'pages' }, /cursor, link or offset, not pages/],
        [{ ...cursor, cursor_path_in_response: undefined }, /paginate\.cursor_path_in_response is required/],
        [{ ...cursor, cursor_name_in_request: '' }, /paginate\.cursor_name_in_request is required/],
        [{ type: 'link' }, /link_rel_in_response_header or paginate\.link_path_in_response_body/],
        [{ type: 'offset' }, /paginate\.offset_name_in_request is required/],
        [{ ...cursor, limit: 5 }, /limit_name_in_request/],
        [{ ...offset, limit: 'many' }, /paginate\.limit must be a number/],
        [{ ...offset, offset_calculation_method: 'by-luck' }, /by-luck/],
        [{ ...cursor, on_page: 1 }, /on_page must be a function/],
        [{ ...cursor, response_path: 7 }, /response_path must be a string/],
    ];
    for (const [paginate, expected] of mistakes) {
        const error = await runError(async (nango: any) => {
            await nango.paginate({ endpoint: '/x', paginate }).next();
        });
        assert.match(error.message, expected);
    }
    assert.equal(host.requests.length, 0);
});

test('paths', () => {
    const data = { a: [{ 'b.c': 1, d: { e: 2 } }], 'x.y': 3, x: { y: 4 } };
    const paths: [string, unknown][] = [
        ['a[0].d.e', 2],
        ['a.0.d.e', 2],
        ["a[0]['b.c']", 1],
        ['a[0]["b.c"]', 1],
        ['x.y', 3],
        ['a.length', 1],
        ['a[1].d', undefined],
        ['constructor.name', undefined],
        ['__proto__.x', undefined],
    ];
    for (const [path, expected] of paths) {
        assert.deepEqual(readPath(data, path), expected, path);
    }
    assert.deepEqual(withPath({ a: { b: 1 } }, 'a.c[0]', 2), { a: { b: 1, c: { 0: 2 } } });
    assert.deepEqual(JSON.stringify(withPath({}, '__proto__.x', 1)), '{"__proto__":{"x":1}}');
    assert.equal(({} as any).x, undefined);
});

test('link headers', () => {
    const header = '<https://a.test/1?x=a,b>; rel="prev last"; title="p", <https://a.test/2>; rel=next';
    assert.equal(linkInHeader(header, 'next'), 'https://a.test/2');
    assert.equal(linkInHeader(header, 'last'), 'https://a.test/1?x=a,b');
    assert.equal(linkInHeader(header, 'first'), null);
    assert.equal(linkInHeader(undefined, 'next'), null);
    assert.equal(linkInHeader('<>; rel=next', 'next'), null);
});
