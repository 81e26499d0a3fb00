// CUSTOM credentials: an app's token and a user's.
import { answer } from '../provider.mjs';

const LOGINS = { 'Bearer ghs_app': ['corpus[bot]', 'app'], 'Bearer ghu_user': ['ada', 'user'] };

export default {
    baseUrl: 'https://apps.github.test',
    authorize: () => null,
    connection: {
        credentials: {
            type: 'CUSTOM',
            raw: {},
            app: { type: 'APP', access_token: 'ghs_app' },
            user: { type: 'OAUTH2', access_token: 'ghu_user' },
        },
    },
    routes: {
        'GET /whoami': ({ headers }) => {
            const [login, kind] = LOGINS[headers.authorization] ?? [];
            return login
                ? answer(200, { login }, { 'x-acting-as': kind })
                : answer(401, { message: 'Bad credentials' });
        },
    },
    cases: [
        ['acting-user', 'app', { input: { as: 'app' } }],
        ['acting-user', 'user', { input: { as: 'user' } }],
        [
            'acting-user',
            'nobody',
            {
                input: { as: 'user' },
                connection: {
                    credentials: { type: 'CUSTOM', raw: {}, app: { type: 'APP', access_token: 'ghs_app' }, user: null },
                },
                fails: true,
            },
        ],
        ['require-user', ''],
        [
            'require-user',
            'missing',
            {
                connection: {
                    credentials: { type: 'CUSTOM', raw: {}, app: { type: 'APP', access_token: 'ghs_app' }, user: null },
                },
                fails: true,
            },
        ],
    ],
};
