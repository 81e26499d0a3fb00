// JWT: pages by number, optimistic versions, problems in lists.
import { answer, pageOf } from '../provider.mjs';

const member = (n, labels) => ({
    email: `m${n}@example.com`,
    labels: labels.map((name) => ({ name })),
    created_at: `2026-01-0${n}T23:59:59.000Z`,
});
const MEMBERS = [member(1, ['vip']), member(2, []), member(3, ['vip', 'β'])];
export default {
    baseUrl: 'https://blog.example',
    connection: {
        credentials: {
            type: 'JWT',
            privateKey: { id: '6489c1', secret: '7a6b' },
            issuerId: '',
            token: 'header.payload.signature',
            expires_at: '2026-01-01T00:05:00.000Z',
        },
        connection_config: { adminDomain: 'blog.example' },
    },
    routes: {
        'POST /ghost/api/admin/posts/': ({ json, query }) => {
            const [post] = json().posts;
            return query.get('source') === 'html'
                ? answer(201, {
                      posts: [{ id: 'p1', status: 'draft', updated_at: '2026-01-01T00:00:01.000Z', ...post }],
                  })
                : answer(400, {});
        },
        'PUT /ghost/api/admin/posts/p1/': ({ json }) => {
            const [{ updated_at: version, ...post }] = json().posts;
            return version === '2026-01-01T00:00:01.000Z'
                ? { posts: [{ id: 'p1', ...post }] }
                : answer(409, { errors: [{ type: 'UpdateCollisionError', message: 'Saving failed!' }] });
        },
        'GET /ghost/api/admin/members/': ({ query }) => {
            const [page, limit] = [Number(query.get('page')), Number(query.get('limit'))];
            return {
                members: pageOf(MEMBERS, (page - 1) * limit, limit).items,
                meta: { pagination: { page, total: 3 } },
            };
        },
        'POST /ghost/api/admin/webhooks/': ({ json }) => {
            const [hook] = json().webhooks;
            return hook.event === 'site.changed'
                ? answer(422, {
                      errors: [{ message: 'Validation error', property: 'event', context: `${hook.event} is taken` }],
                  })
                : answer(201, { webhooks: [{ id: `hook-${hook.event.split('.')[0]}`, ...hook }] });
        },
    },
    cases: [
        [
            'publish-post',
            '',
            {
                input: {
                    title: 'Ünïcode — & <tags>!',
                    html: '<p>Hello <b>big</b> world</p>',
                    tags: ['a', 'b c'],
                    publish_at: '2026-02-01T08:00:00+01:00',
                },
            },
        ],
        ['publish-post', 'draft', { input: { title: 'Просто 東京 2026', html: '', tags: [], publish_at: null } }],
        ['sync-members', '', { input: { known: ['m2@example.com', 'gone@example.com'] } }],
        ['sign-token', '', { input: { now: 1767225600 } }],
        ['add-webhooks', '', { fails: true }],
    ],
};
