// SIGNATURE: a token that the credentials sign, reply codes within a 200.
import { answer } from '../provider.mjs';

export default {
    baseUrl: 'https://api.emarsys.test',
    connection: {
        credentials: {
            type: 'SIGNATURE',
            username: 'acme001',
            password: 'sécret',
            token: 'signed-token',
            expires_at: '2026-01-01T00:05:00.000Z',
        },
    },
    routes: {
        'PUT /api/v2/contact': ({ json, query }) => {
            const { contacts } = json();
            if (query.get('create_if_not_exists') !== '1') {
                return answer(400, {});
            }
            if (contacts.length > 2) {
                return { replyCode: 10001, replyText: 'Contacts limit reached', data: '' };
            }
            const refused = contacts.filter((one) => one[31] === '');
            return {
                replyCode: 0,
                replyText: 'OK',
                data: {
                    ids: contacts.filter((one) => one[31] !== '').map((_, index) => String(100 + index)),
                    ...(refused.length > 0
                        ? { errors: Object.fromEntries(refused.map((one) => [one[3], { 2010: 'Invalid opt-in' }])) }
                        : {}),
                },
            };
        },
        'POST /api/v2/email/:id/launch': ({ json }) =>
            /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(json().schedule)
                ? { replyCode: 0, data: '' }
                : { replyCode: 6003, data: '' },
        'GET /api/v2/settings': ({ headers }) =>
            headers['x-wsse']?.startsWith('UsernameToken ')
                ? { replyCode: 0, data: { environment: 'suite8', id: 1 } }
                : answer(401, {}),
    },
    cases: [
        [
            'import-contacts',
            '',
            {
                input: {
                    contacts: [
                        { email: 'a@example.com', first: 'A', opt_in: true },
                        { email: 'b@example.com', last: 'B', opt_in: 'unknown' },
                    ],
                },
            },
        ],
        [
            'import-contacts',
            'too-many',
            { input: { contacts: Array(3).fill({ email: 'a@example.com', opt_in: false }) }, fails: true },
        ],
        [
            'schedule-campaign',
            'spring',
            { input: { campaign: 1, at: '2026-03-29T03:30', zone: 'Europe/Berlin', now: '2026-03-28T12:00:00Z' } },
        ],
        [
            'schedule-campaign',
            'autumn',
            { input: { campaign: 1, at: '2026-11-01T09:15', zone: 'America/New_York', now: '2026-11-01T14:00:00Z' } },
        ],
        [
            'schedule-campaign',
            'half-hour',
            {
                input: {
                    campaign: 2,
                    at: '2026-06-30T00:00',
                    zone: 'Australia/Lord_Howe',
                    now: '2026-06-01T00:00:00Z',
                },
            },
        ],
        ['wsse-header', '', { input: { nonce: '0123456789abcdef', created: '2026-01-01T00:00:00Z' } }],
        ['check-environment', '', { variables: [{ name: 'EMARSYS_ENVIRONMENTS', value: 'suite, suite8' }] }],
        ['check-environment', 'other', { variables: [{ name: 'EMARSYS_ENVIRONMENTS', value: 'prod' }], fails: true }],
    ],
};
