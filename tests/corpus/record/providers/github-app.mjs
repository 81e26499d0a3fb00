// An app: installation tokens that expire, and connections that break.
import { answer, BROKEN, pageOf } from '../provider.mjs';

const repository = (name, ...topics) => ({ name, owner: { login: 'acme' }, topics });
const REPOSITORIES = [repository('web', 'ui'), repository('api'), repository('kit', 'ui', 'css')];

export default {
    baseUrl: 'https://app.github.test',
    connection: {
        credentials: {
            type: 'APP',
            access_token: 'ghs_corpus',
            expires_at: '2026-01-01T01:00:00.000Z',
            raw: { permissions: { checks: 'write', contents: 'read', issues: 'write' } },
        },
        connection_config: { installation_id: '42', appPublicLink: 'https://github.com/apps/corpus' },
    },
    routes: {
        'GET /installation/repositories': ({ query, path }) => {
            const page = Number(query.get('page') ?? 1);
            const size = Number(query.get('per_page'));
            const { items, next } = pageOf(REPOSITORIES, (page - 1) * size, size);
            const link =
                next === null
                    ? {}
                    : { link: `<https://app.github.test${path}?per_page=${size}&page=${page + 1}>; rel="next"` };
            return answer(200, { total_count: REPOSITORIES.length, repositories: items }, link);
        },
        'POST /repos/acme/web/check-runs': ({ json }) =>
            answer(201, { id: 900 + json().output.annotations.length, conclusion: json().conclusion }),
        'PATCH /repos/acme/web/check-runs/:id': ({ params }) => ({ id: Number(params.id) }),
        'DELETE /installations/42/suspended': () => BROKEN,
        'DELETE /installations/43/suspended': () => answer(204),
    },
    cases: [
        ['list-repositories', '', { input: {} }],
        ['list-repositories', 'topic', { input: { topic: 'ui' } }],
        ['installation-token', '', { input: { at: '2026-01-01T00:12:30Z' } }],
        [
            'create-check-run',
            '',
            {
                input: {
                    repository: 'acme/web',
                    sha: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
                    annotations: [1, 2, 3, 4, 5].map((line) => ({
                        path: 'a b.ts',
                        line,
                        message: `m${line}`,
                        level: line === 5 ? 'warning' : 'notice',
                    })),
                },
            },
        ],
        [
            'create-check-run',
            'clean',
            { input: { repository: 'acme/web', sha: 'da39a3ee5e6b4b0d3255bfef95601890afd80709', annotations: [] } },
        ],
        ['suspend', '', { fails: true }],
        ['suspend', 'fine', { connection: { connection_config: { installation_id: '43' } } }],
    ],
};
