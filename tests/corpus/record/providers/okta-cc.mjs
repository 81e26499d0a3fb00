// Client credentials with a JWT: link headers, causes of errors, lifecycles.
import { answer, pageOf } from '../provider.mjs';

const HOST = 'https://acme.okta.test';
const user = (n, status, lastLogin, managerId) => ({
    id: `00u${n}`,
    status,
    lastLogin,
    profile: { email: `u${n}@example.com`, managerId, costCenter: n },
});
const USERS = [
    user(1, 'ACTIVE', '2026-01-01T10:00:00.000Z', '00u3'),
    user(2, 'STAGED', null),
    user(3, 'ACTIVE', '2025-12-31T23:59:59.999Z', null),
];
const jwt = (claims) =>
    ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.');
const token = (scp) => jwt({ cid: '0oa1', scp, exp: 1767229200, name: 'Zoë' });
const credentials = (scp) => ({
    type: 'OAUTH2_CC',
    token: token(scp),
    client_id: '0oa1',
    client_secret: 'cc-secret',
    expires_at: '2026-01-01T01:00:00.000Z',
    raw: {},
});

const GROUPS = ['Everyone', 'Admins', 'Élan'].map((name, index) => ({ id: `00g${index}`, profile: { name } }));

export default {
    baseUrl: HOST,
    connection: {
        credentials: credentials(['okta.users.read', 'okta.users.manage']),
        connection_config: { subdomain: 'acme' },
    },
    refused: answer(403, { errorCode: 'E0000006', errorSummary: 'You do not have permission', errorCauses: [] }),
    routes: {
        'GET /api/v1/groups': ({ query, path }) => {
            const { items, next } = pageOf(GROUPS, Number(query.get('after') ?? 0), Number(query.get('limit')));
            const link = next === null ? {} : { link: `<${HOST}${path}?after=${next}&limit=1>; rel="next"` };
            return answer(200, items, link);
        },
        'GET /api/v1/users': ({ query, path }) => {
            const { items, next } = pageOf(USERS, Number(query.get('after') ?? 0), Number(query.get('limit')));
            const links = [`<${HOST}${path}?limit=2>; rel="self"`];
            if (next !== null) {
                const params = new URLSearchParams(query);
                params.set('after', next);
                links.push(`<${HOST}${path}?${params}>; title="a, b"; rel="next"`);
            }
            return query.get('search').includes('status eq "STAGED")')
                ? answer(200, items, { link: links.join(', ') })
                : answer(400, {});
        },
        'POST /api/v1/users': ({ json, query }) => {
            const { profile } = json();
            return profile.email.startsWith('taken')
                ? answer(400, {
                      errorCode: 'E0000001',
                      errorSummary: 'Api validation failed: login',
                      errorCauses: [
                          { errorSummary: 'login: An object with this field already exists' },
                          { errorSummary: 'email: same' },
                      ],
                  })
                : {
                      id: '00u9',
                      status: query.get('activate') === 'true' ? 'ACTIVE' : 'STAGED',
                      lastLogin: null,
                      profile,
                  };
        },
        'POST /api/v1/users/:id/lifecycle/:step': () => ({}),
        'DELETE /api/v1/users/:id/sessions': ({ query }) =>
            query.get('oauthTokens') === 'true' ? answer(204) : answer(400),
        'DELETE /api/v1/users/00u1/factors': ({ json }) => (json().reason ? answer(204) : answer(400)),
        'DELETE /api/v1/users/00u2/factors': () => answer(500, { errorSummary: 'Internal Server Error' }),
    },
    cases: [
        ['list-groups', '', { input: { named: 'admins' } }],
        ['list-groups', 'none', { input: { named: 'elan' } }],
        ['list-users', '', { input: { since: '2025-06-01T00:00:00Z' } }],
        [
            'create-user',
            '',
            {
                input: {
                    email: 'new@example.com',
                    first: 'Zoë',
                    last: 'Ångström',
                    phone: '+49 (30) 123-456',
                    activate: true,
                },
            },
        ],
        [
            'create-user',
            'taken',
            { input: { email: 'taken@example.com', first: 'T', last: 'K', activate: false }, fails: true },
        ],
        [
            'create-user',
            'invalid',
            { input: { email: 'no', first: 'T', last: 'K', phone: '12', activate: false }, fails: true },
        ],
        ['offboard-user', '', { input: { user: '00u1' } }],
        ['offboard-user', 'undone', { input: { user: '00u2' } }],
        ['check-grants', ''],
        ['check-grants', 'lacking', { connection: { credentials: credentials(['okta.users.read']) }, fails: true }],
    ],
};
