// No credentials: hosts that the calls name, requests beside the proxy, and every way to fail.
import { answer, BROKEN } from '../provider.mjs';

const FEED = `<?xml version="1.0"?>
<rss version="2.0"><channel><title>News &amp; more</title>
<item><title><![CDATA[5 < 6]]></title><link>https://news.example/?a=1&amp;b=2</link><pubDate>Thu, 01 Jan 2026 05:30:00 +0530</pubDate></item>
<item><title>Fran&#231;ois &#x1F600; &unknown;</title><pubDate>Wed, 31 Dec 2025 23:00:00 GMT</pubDate></item>
</channel></rss>`;
const KINDS = [
    'action-text',
    'action-number',
    'action-list',
    'action-object',
    'action-nothing',
    'error',
    'range',
    'code',
    'text',
    'null',
    'number',
    'undefined-member',
    'json',
    'aggregate',
    'rejection',
];

export default {
    baseUrl: 'https://unauthenticated.example',
    hosts: ['news.example', 'echo.example', 'status.example', 'moved.example'],
    connection: { credentials: {} },
    authorize: ({ headers }) => (headers.authorization ? answer(400, { message: 'who are you?' }) : null),
    routes: {
        'GET /rss': () => answer(200, FEED, { 'content-type': 'application/rss+xml; charset=utf-8' }),
        'GET /json': ({ query, headers }) => ({ query: [...query], corpus: headers['x-corpus'] }),
        'GET /teapot': () => answer(418, 'short and stout', { 'content-type': 'text/plain' }),
        'POST /form': () => answer(303, '', { location: 'https://moved.example/result?via=form' }),
        'GET /result': ({ query, headers }) => ({
            via: query.get('via'),
            type: headers['content-type'] ?? null,
            corpus: headers['x-corpus'],
        }),
        'PUT /json': ({ json, contentType }) => answer(201, { got: json(), type: contentType }),
        'GET /up': () => answer(200, 'fine', { 'content-type': 'text/plain', server: 'corpus/1' }),
        'GET /down': () => answer(503, { reason: 'maintenance' }),
        'GET /empty': () => answer(502),
        'GET /broken': () => BROKEN,
    },
    cases: [
        ['read-feed', '', { input: { host: 'https://news.example', path: '/rss' } }],
        ['fetch-anywhere', '', { input: { url: 'https://echo.example/json?z=1&a=2&a=3', method: 'GET' } }],
        ['fetch-anywhere', 'teapot', { input: { url: 'https://echo.example/teapot', method: 'GET' } }],
        ['fetch-anywhere', 'redirected', { input: { url: 'https://echo.example/form', method: 'POST', body: 'a=1' } }],
        ['fetch-anywhere', 'put', { input: { url: 'https://echo.example/json', method: 'PUT', body: '{"b":[1,2]}' } }],
        ...KINDS.map((kind) => ['fail-on-purpose', kind, { input: { kind }, fails: true }]),
        ['probe-host', '', { input: { paths: ['/up', '/down', '/broken', '/empty', '/nowhere'] } }],
        [
            'rewrite-urls',
            '',
            {
                input: {
                    base: 'https://bücher.example/a/b?x=1',
                    links: [
                        '../c?utm_source=mail&id=7&utm_term=a%20b#top',
                        '//[::1]:8080/p',
                        'http://',
                        '?q=ä',
                        'HTTPS://EXAMPLE.com:443/%7Euser/../x',
                        'mailto:ada@example.com',
                    ],
                },
            },
        ],
        [
            'summarize-shapes',
            '',
            {
                input: {
                    shape: {
                        kind: 'group',
                        shapes: [
                            { kind: 'circle', center: [0, 0], radius: 2.5 },
                            {
                                kind: 'polygon',
                                points: [
                                    [0, 0],
                                    [4, 0],
                                    [4, 3],
                                ],
                            },
                            { kind: 'group', shapes: [] },
                        ],
                    },
                },
            },
        ],
        ['remember-start', ''],
        ['remember-start', 'mapped', { metadata: { fieldMapping: { name: 'full_name' } } }],
    ],
};
