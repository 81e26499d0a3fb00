// Token-based authentication (OAuth 1.0a with a realm): offsets, problem details, Location headers.
import { answer } from '../provider.mjs';

const BASE = 'https://1234567-sb1.suitetalk.api.netsuite.com/services/rest';
const ROWS = [
    { id: '1', name: 'A', active: true, total: 10.5, links: [] },
    { id: '2', name: "B's", active: false, total: null, links: [] },
    { id: '3', name: 'Ç', active: true, total: 0, links: [] },
];

export default {
    baseUrl: BASE,
    connection: {
        credentials: { type: 'TBA', token_id: 'tba-token', token_secret: 'tba-secret', config_override: {} },
        connection_config: {
            accountId: '1234567_sb1',
            oauth_client_id: 'consumer',
            oauth_client_secret: 'consumer-secret',
        },
    },
    refused: answer(401, {
        title: 'Unauthorized',
        status: 401,
        'o:errorDetails': [{ detail: 'Invalid login', 'o:errorCode': 'INVALID_LOGIN' }],
    }),
    routes: {
        'POST /services/rest/query/v1/suiteql': ({ query, json, headers }) => {
            const offset = Number(query.get('offset'));
            const limit = Number(query.get('limit'));
            const rows = json().q.includes('WHERE') ? [] : ROWS;
            return headers.prefer === 'transient'
                ? {
                      items: rows.slice(offset, offset + limit),
                      count: rows.length,
                      hasMore: offset + limit < rows.length,
                  }
                : answer(400, {});
        },
        'POST /services/rest/record/v1/customer': ({ json }) =>
            json().subsidiary.id === '1'
                ? answer(204, '', { location: `${BASE}/record/v1/customer/647?expand=true` })
                : answer(200, { odd: true }),
        'PATCH /services/rest/record/v1/invoice/:id': () =>
            answer(400, {
                type: 'https://www.rfc-editor.org/rfc/rfc9110#name-400-bad-request',
                title: 'Bad Request',
                status: 400,
                'o:errorDetails': [
                    { detail: 'memo', 'o:errorPath': 'memo', 'o:errorCode': 'INVALID_CONTENT' },
                    { detail: 'x', 'o:errorCode': 'USER_ERROR' },
                ],
            }),
        'PATCH /services/rest/record/v1/customer/:id': () => ({ version: '7' }),
        'GET /services/rest/record/v1/metadata-catalog': ({ query }) =>
            query.get('select') === 'customer,invoice'
                ? { links: [{ rel: 'self', href: `${BASE}/record/v1/metadata-catalog` }] }
                : answer(400, {}),
    },
    cases: [
        ['run-suiteql', '', { input: { sql: 'SELECT * FROM customer', page_size: 2 } }],
        ['run-suiteql', 'whole', { input: { sql: 'SELECT * FROM customer', page_size: 1 } }],
        ['run-suiteql', 'none', { input: { sql: "SELECT 1 WHERE 'a' = 'b'", page_size: 2 } }],
        [
            'create-customer',
            'person',
            {
                input: {
                    name: 'Ada',
                    subsidiary: 1,
                    isPerson: true,
                    firstName: 'Ada',
                    lastName: 'L',
                    address: { line: '1 St', city: 'Zürich', country: 'CH' },
                },
            },
        ],
        ['create-customer', 'company', { input: { name: 'Acme', subsidiary: 1, isPerson: false, taxId: 'DE123' } }],
        [
            'create-customer',
            'odd',
            { input: { name: 'Acme', subsidiary: 2, isPerson: false, taxId: 'DE123' }, fails: true },
        ],
        ['find-errors', '', { input: { record: 'invoice', id: 9 }, fails: true }],
        ['find-errors', 'fine', { input: { record: 'customer', id: 9 } }],
        ['validate-account', ''],
    ],
};
