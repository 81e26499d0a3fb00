// OAuth 2, cursors in bodies, blocks within blocks.
import { answer, pageOf } from '../provider.mjs';

const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const rich = (text, more = {}) => ({
    plain_text: text,
    annotations: { bold: false, code: false, ...more.annotations },
    href: more.href ?? null,
});
const row = (n, title, points, done) => ({
    id: id(n),
    properties: { Name: { title: title.map((t) => rich(t)) }, Points: points, Done: { checkbox: done } },
});
const ROWS = [
    row(1, ['One'], { number: 3 }, true),
    row(2, ['Tw', 'o'], { formula: { number: 4.5 } }, false),
    row(3, [], { rollup: { number: null } }, true),
];
const block = (n, type, texts, has_children = false) => ({
    id: `b${n}`,
    type,
    has_children,
    [type]: { rich_text: texts },
});
const CHILDREN = {
    home: [
        block(1, 'heading_2', [rich('Title')]),
        block(
            2,
            'bulleted_list_item',
            [rich('see '), rich('docs', { annotations: { bold: true }, href: 'https://example.com/?a=1&b=2' })],
            true,
        ),
        { id: 'b3', type: 'image', has_children: false, image: {} },
        block(4, 'paragraph', [rich('let x', { annotations: { code: true } })]),
    ],
    b2: [block(5, 'bulleted_list_item', [rich('nested')], true)],
    b5: [block(6, 'paragraph', [rich('deep — ünïcode')])],
    empty: [],
};

function matches(filter, { properties }) {
    if (!filter) {
        return true;
    }
    const { and, or, property, checkbox } = filter;
    const own = property ? properties[property].checkbox === checkbox.equals : true;
    return (
        own &&
        (and ?? []).every((one) => matches(one, { properties })) &&
        (or ? or.some((one) => matches(one, { properties })) : true)
    );
}

function listed(items, cursor, size) {
    const { items: results, next } = pageOf(items, cursor ? Number(cursor.slice(1)) : 0, Number(size ?? 100));
    return { object: 'list', results, has_more: next !== null, next_cursor: next === null ? null : `n${next}` };
}

const versioned = (handler) => (request) =>
    request.headers['notion-version'] === '2022-06-28'
        ? handler(request)
        : answer(400, { object: 'error', status: 400, code: 'missing_version', message: 'Notion-Version' });

export default {
    baseUrl: 'https://api.notion.com',
    connection: {
        credentials: { type: 'OAUTH2', access_token: 'ntn_corpus', raw: { workspace_name: 'Acme' } },
        connection_config: { time_zone: 'America/St_Johns' },
    },
    refused: answer(401, { object: 'error', status: 401, code: 'unauthorized', message: 'API token is invalid.' }),
    routes: {
        'POST /v1/pages': versioned(({ json }) => {
            const { parent, properties } = json();
            const names = Object.keys(properties);
            return names.includes('Unknown')
                ? answer(400, {
                      object: 'error',
                      status: 400,
                      code: 'validation_error',
                      message: 'Unknown is not a property that exists.',
                  })
                : { id: id(7), url: `https://www.notion.so/${parent.database_id.replaceAll('-', '')}`, properties };
        }),
        'POST /v1/databases/tasks/query': ({ json }) => {
            const { filter, start_cursor, page_size } = json();
            return listed(
                ROWS.filter((one) => matches(filter, one)),
                start_cursor,
                page_size,
            );
        },
        'GET /v1/blocks/:id/children': ({ params, query }) =>
            listed(CHILDREN[params.id], query.get('start_cursor'), query.get('page_size')),
        'PATCH /v1/blocks/:id/children': ({ json }) => ({
            results: json().children.map((_, index) => ({ id: `new-${index}` })),
        }),
        'POST /v1/search': ({ json }) => listed([{ id: id(1) }, { id: id(2) }], json().start_cursor, json().page_size),
    },
    cases: [
        [
            'create-page',
            '',
            {
                input: {
                    database: id(9),
                    properties: {
                        Name: { title: 'Ship it' },
                        Points: { number: 0.1 },
                        Due: { date: '2026-02-28' },
                        Tags: { tags: ['a', 'b'] },
                        Done: false,
                    },
                },
            },
        ],
        [
            'create-page',
            'range',
            {
                input: {
                    database: id(9),
                    properties: { Name: { title: '' }, Due: { date: '2026-02-28', until: '2026-03-01' } },
                },
            },
        ],
        [
            'create-page',
            'unknown',
            { input: { database: id(9), properties: { Name: { title: 'x' }, Unknown: true } }, fails: true },
        ],
        ['query-database', '', { input: { database: 'tasks' } }],
        [
            'query-database',
            'filtered',
            {
                input: {
                    database: 'tasks',
                    filter: {
                        or: [
                            { and: [{ is: { property: 'Done', checkbox: { equals: true } } }, {}] },
                            { is: { property: 'Done', checkbox: { equals: true } } },
                        ],
                    },
                },
            },
        ],
        ['page-to-markdown', '', { input: { page: 'home' } }],
        ['page-to-markdown', 'empty', { input: { page: 'empty' } }],
        [
            'append-log',
            '',
            { input: { page: 'log', text: 'started', at: '2026-01-01T02:15:00Z', color: 'red', link: null } },
        ],
        [
            'append-log',
            'french',
            {
                input: {
                    page: 'log',
                    text: 'fini',
                    at: '2026-07-01T02:15:00Z',
                    color: 'default',
                    link: 'https://example.com',
                    language: 'fr-CA',
                },
            },
        ],
        ['share-check', ''],
    ],
};
