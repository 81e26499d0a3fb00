// OAuth 2, pages by Link header, rate limits in headers, redirects to files.
import { answer, pageOf } from '../provider.mjs';

const day = (n) => new Date(Date.UTC(2026, 0, n, 9, 30)).toISOString().replace('.000', '');
const ISSUES = [
    {
        number: 7,
        title: 'Crash on start',
        state: 'open',
        labels: [{ name: 'bug' }, { name: 'P1' }],
        user: { login: 'ada' },
        created_at: day(1),
        closed_at: null,
    },
    {
        number: 8,
        title: 'Add dark mode',
        state: 'open',
        labels: [],
        user: null,
        created_at: day(2),
        closed_at: null,
        pull_request: { url: 'https://api.github.com/pulls/8' },
    },
    {
        number: 9,
        title: 'Typo — “docs”',
        state: 'closed',
        labels: ['docs'],
        user: { login: 'grace' },
        created_at: day(3),
        closed_at: day(5),
    },
    {
        number: 10,
        title: 'Slow query',
        state: 'open',
        labels: [{ name: 'perf' }],
        user: { login: 'linus' },
        created_at: day(4),
        closed_at: null,
    },
    {
        number: 11,
        title: 'Done long ago',
        state: 'closed',
        labels: [],
        user: { login: 'ada' },
        created_at: '2025-01-01T00:00:00Z',
        closed_at: '2025-12-31T23:59:59Z',
    },
];
const REPOSITORIES = [
    { full_name: 'acme/web', permissions: { admin: true } },
    { full_name: 'acme/docs', permissions: { admin: false } },
    { full_name: 'acme/api', permissions: { admin: true } },
];

function paged(request, items, fallback) {
    const page = Number(request.query.get('page') ?? 1);
    const size = Number(request.query.get('per_page') ?? fallback);
    const { items: shown, next } = pageOf(items, (page - 1) * size, size);
    const url = new URL(`https://api.github.com${request.path}${request.search}`);
    url.searchParams.set('page', page + 1);
    const link =
        next === null
            ? {}
            : { link: `<${url.href}>; rel="next", <https://api.github.com${request.path}?page=9>; rel="last"` };
    return answer(200, shown, link);
}

const limits = (remaining) => ({
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': '1767268800',
    'x-ratelimit-resource': 'core',
});

export default {
    baseUrl: 'https://api.github.com',
    hosts: ['api.github.com', 'codeload.github.com'],
    open: ['codeload.github.com'],
    connection: {
        credentials: { type: 'OAUTH2', access_token: 'gho_corpus', raw: { token_type: 'bearer', scope: 'repo' } },
        connection_config: { plan: 'team' },
    },
    routes: {
        'GET /repos/acme/web/issues': (request) => {
            const state = request.query.get('state');
            return paged(
                request,
                ISSUES.filter((issue) => state === 'all' || issue.state === state),
                30,
            );
        },
        'POST /repos/acme/web/issues': (request) => {
            const { title, labels } = request.json();
            if (request.headers['x-github-api-version'] !== '2022-11-28') {
                return answer(400, { message: 'Unsupported version' });
            }
            const errors = [
                ...(title ? [] : [{ resource: 'Issue', field: 'title', code: 'missing_field' }]),
                ...labels
                    .filter((label) => label.length > 20)
                    .map(() => ({ resource: 'Label', field: 'labels', code: 'invalid' })),
            ];
            if (errors.length > 0) {
                return answer(422, {
                    message: 'Validation Failed',
                    errors,
                    documentation_url: 'https://docs.github.com/rest',
                });
            }
            return answer(201, {
                number: 12,
                title,
                state: 'open',
                labels: labels.map((name) => ({ name })),
                user: { login: 'ada' },
                created_at: day(6),
                closed_at: null,
            });
        },
        'POST /repos/acme/gone/issues': () => answer(410, { message: 'Issues are disabled for this repo' }),
        'GET /rate': (request) => {
            const spent = request.query.get('plan') === 'free';
            return spent
                ? answer(403, { message: 'API rate limit exceeded' }, limits(0))
                : answer(200, { ok: true }, limits(4999));
        },
        'GET /repos/acme/web/tarball/:ref': (request) =>
            answer(302, '', { location: `https://codeload.github.com/acme/web/${request.params.ref}.tar.gz` }),
        'GET /acme/web/:file': ({ params }) =>
            answer(
                200,
                Buffer.concat([
                    Buffer.from([0x1f, 0x8b, 0, 0xff]),
                    Buffer.from(`archive of ${decodeURIComponent(params.file)}`),
                ]),
                { 'content-type': 'application/x-gzip' },
            ),
        'GET /repos/acme/web/languages': () => ({ CSS: 1200, TypeScript: 9321, Rust: 4410 }),
        'GET /repos/acme/empty/languages': () => ({}),
        'GET /user/starred/acme/web': () => answer(204),
        'GET /user/starred/acme/docs': () => answer(404, { message: 'Not Found' }),
        'PUT /user/starred/acme/:name': () => answer(204),
        'GET /user/repos': (request) => paged(request, REPOSITORIES, 2),
        'POST /repos/acme/:name/hooks': ({ params, json }) =>
            answer(201, { id: params.name === 'web' ? 501 : 502, url: json().config.url, active: true }),
        'DELETE /repos/acme/web/hooks/501': () => answer(204),
        'DELETE /repos/acme/api/hooks/502': () => answer(404, { message: 'Not Found' }),
        'DELETE /repos/acme/docs/hooks/503': () => answer(500, 'Unicorn!', { 'content-type': 'text/html' }),
    },
    cases: [
        ['list-issues', '', { input: { repository: 'acme/web' } }],
        ['list-issues', 'all', { input: { repository: 'acme/web', state: 'all' } }],
        ['create-issue', '', { input: { repository: 'acme/web', title: 'New', labels: ['bug', 'a'] } }],
        [
            'create-issue',
            'invalid',
            { input: { repository: 'acme/web', title: '', labels: ['a-label-that-is-far-too-long'] }, fails: true },
        ],
        ['create-issue', 'disabled', { input: { repository: 'acme/gone', title: 'x', labels: [] }, fails: true }],
        ['rate-limit', ''],
        ['rate-limit', 'spent', { connection: { connection_config: { plan: 'free' } } }],
        ['download-archive', '', { input: { repository: 'acme/web', ref: 'feature/ä b' } }],
        ['repository-languages', '', { input: { repository: 'acme/web' } }],
        ['repository-languages', 'empty', { input: { repository: 'acme/empty' } }],
        ['star-repository', '', { input: { repository: 'acme/docs' } }],
        ['star-repository', 'again', { input: { repository: 'acme/web' } }],
        [
            'watch-repository',
            '',
            {
                variables: [
                    { name: 'REGION', value: 'eu' },
                    { name: 'WEBHOOK_SECRET', value: 'hush' },
                ],
            },
        ],
        ['unwatch-repository', '', { metadata: { hooks: { 'acme/web': 501, 'acme/api': 502 }, secretDigest: '0' } }],
        [
            'unwatch-repository',
            'refused',
            { metadata: { hooks: { 'acme/docs': 503 }, secretDigest: '0' }, fails: true },
        ],
        ['unwatch-repository', 'nothing'],
    ],
};
