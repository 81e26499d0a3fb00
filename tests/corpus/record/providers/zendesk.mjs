// OAuth 2 on a subdomain: absolute links in bodies, attachments, conflicts.
import { answer, pageOf } from '../provider.mjs';

const ticket = (id, subject, priority, value) => ({
    id,
    subject,
    priority,
    tags: [`t${id}`],
    custom_fields: [
        { id: 360, value },
        { id: 361, value: id % 2 === 0 },
    ],
});
const TICKETS = [
    ticket(1, 'Printer', 'low', null),
    ticket(2, 'Fire', 'urgent', ['a', 'b']),
    ticket(3, '', null, 'x'),
    ticket(4, 'Again', 'low', 1.5),
];
const HOST = 'https://acme.zendesk.com';

export default {
    baseUrl: HOST,
    connection: {
        credentials: { type: 'OAUTH2', access_token: 'zendesk-corpus', raw: {} },
        connection_config: { subdomain: 'acme' },
    },
    refused: answer(401, { error: "Couldn't authenticate you" }),
    routes: {
        'GET /api/v2/tickets.json': ({ query, path }) => {
            const page = Number(query.get('page') ?? 1);
            const known = query.get('start_time') ? TICKETS.slice(2) : TICKETS;
            const { items, next } = pageOf(known, (page - 1) * 2, Number(query.get('per_page')));
            const following = new URLSearchParams(query);
            following.set('page', page + 1);
            return {
                tickets: items,
                next_page: next === null ? null : `${HOST}${path}?${following}`,
                previous_page: null,
                count: known.length,
            };
        },
        'PUT /api/v2/tickets/1.json': ({ json }) => {
            const { ticket: sent } = json();
            return sent.updated_stamp === '2026-01-01T00:00:00Z'
                ? answer(409, { error: 'UpdateConflict', updated_at: '2026-01-02T00:00:00Z' })
                : { ticket: { id: 1, status: sent.status ?? 'open' } };
        },
        'PUT /api/v2/tickets/2.json': () =>
            answer(409, { error: 'UpdateConflict', updated_at: '2026-01-03T00:00:00Z' }),
        'PUT /api/v2/tickets/3.json': () =>
            answer(422, {
                error: 'RecordInvalid',
                description: 'closed prevents ticket update',
                details: { status: [{ description: 'Status: closed' }] },
            }),
        'GET /attachments/1': () => ({ a: [1, 2.5], ключ: '✓' }),
        'GET /attachments/2': () =>
            answer(200, Buffer.from([0, 255, 254, 128, 10, 13, 0, 1, 2, 3]), { 'content-type': 'image/x-test' }),
        'GET /attachments/3': () =>
            answer(200, '\ufeffname,näme\r\n1,2', { 'content-type': 'text/csv; charset=utf-8' }),
        'POST /api/v2/users/create_many.json': ({ json }) => ({
            job_status: { id: `job-${json().users.length}`, status: 'queued' },
        }),
        'GET /api/v2/triggers/search.json': () => ({ triggers: [{ id: 77, active: false }] }),
        'PUT /api/v2/triggers/77.json': ({ json }) => ({ trigger: { id: 77, ...json().trigger } }),
        'POST /api/v2/triggers.json': () => answer(201, { trigger: { id: 78 } }),
    },
    cases: [
        ['list-tickets', '', { input: {} }],
        ['list-tickets', 'since', { input: { updated_since: '2026-01-01T00:00:00.999Z' } }],
        [
            'comment-ticket',
            '',
            { input: { ticket: 1, comment: 'Done', status: 'solved', assign_to: 'ada@example.com' } },
        ],
        ['comment-ticket', 'changing', { input: { ticket: 2, comment: 'x' }, fails: true }],
        ['comment-ticket', 'closed', { input: { ticket: 3, comment: 'x' }, fails: true }],
        ['comment-ticket', 'unassigned', { input: { ticket: 1, comment: 'x', status: 'solved' }, fails: true }],
        ['read-attachment', 'text', { input: { id: 1, as: 'text' } }],
        ['read-attachment', 'json', { input: { id: 1, as: 'json' } }],
        ['read-attachment', 'bytes', { input: { id: 2, as: 'bytes' } }],
        ['read-attachment', 'data-url', { input: { id: 2, as: 'data-url' } }],
        ['read-attachment', 'bom', { input: { id: 3, as: 'text' } }],
        [
            'import-users',
            '',
            {
                input: {
                    csv: 'email,name,age,vip\r\nADA@Example.com," Ada, ""A"" ",36,yes\nnot-an-email,x,x,\ng@example.com,,,0\nl@example.com,Linus,200,maybe',
                },
            },
        ],
        ['import-users', 'nothing', { input: { csv: 'email,name\nx,y\n' } }],
        ['install-target', ''],
        ['install-target', 'known', { metadata: { subdomain: 'acme', trigger: 1 } }],
    ],
};
