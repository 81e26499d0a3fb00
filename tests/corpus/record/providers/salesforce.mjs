// OAuth 2 on the customer's own host: queries in pages, lists of errors, answers without a body.
import { answer, pageOf } from '../provider.mjs';

const id = (n) => `001000000000${String(n).padStart(6, '0')}`;
const row = (type, n, fields) => ({
    attributes: { type, url: `/services/data/v60.0/sobjects/${type}/${id(n)}` },
    ...fields,
});
const ACCOUNTS = [
    row('Account', 1, { Id: id(1), Name: "O'Neil & Sons", AnnualRevenue: 1234567.5 }),
    row('Account', 2, { Id: id(2), Name: "O'Neil GmbH", AnnualRevenue: null }),
    row('Account', 3, { Id: id(3), Name: "O'Neil 日本", AnnualRevenue: 98765432 }),
];
const CONTACTS = [
    row('Contact', 4, { Id: id(4), Name: 'Ada "the first"', Email: null }),
    row('Contact', 5, { Id: id(5), Name: 'Grace, Admiral', Email: 'grace@example.com' }),
    row('Contact', 6, { Id: id(6), Name: 'Two\nlines', Email: 'l@example.com' }),
];
const RESULTS = { Account: ACCOUNTS, Contact: CONTACTS, Organization: [row('Organization', 7, { IsSandbox: false })] };

function queried(type, start, size) {
    const { items, next } = pageOf(RESULTS[type], start, size);
    const more = next === null ? {} : { nextRecordsUrl: `/services/data/v60.0/query/${type}-${next}` };
    return { totalSize: RESULTS[type].length, done: next === null, ...more, records: items };
}

export default {
    baseUrl: 'https://acme.my.salesforce.com',
    connection: {
        credentials: {
            type: 'OAUTH2',
            access_token: '00D!corpus',
            refresh_token: '5Aep',
            raw: { instance_url: 'https://acme.my.salesforce.com' },
        },
        connection_config: { instance_url: 'https://acme.my.salesforce.com' },
    },
    refused: answer(401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]),
    routes: {
        'GET /services/data/v60.0/query': ({ query }) => {
            const soql = query.get('q');
            const wanted = soql.includes("LIKE 'O\\'Neil%'") || !soql.includes('LIKE');
            const type = /FROM (\w+)/.exec(soql)[1];
            return wanted
                ? queried(type, 0, 2)
                : answer(400, [{ message: 'unexpected token', errorCode: 'MALFORMED_QUERY' }]);
        },
        'GET /services/data/v60.0/query/:locator': ({ params }) => {
            const [type, start] = params.locator.split('-');
            return RESULTS[type] && Number(start)
                ? queried(type, Number(start), 2)
                : answer(404, [{ errorCode: 'NOT_FOUND', message: 'no locator' }]);
        },
        'PATCH /services/data/v60.0/sobjects/Lead/External__c/:key': ({ params }) =>
            decodeURIComponent(params.key) === 'new/1'
                ? answer(201, { id: id(8), success: true, errors: [] })
                : answer(204),
        'POST /services/data/v60.0/composite': ({ json }) => {
            const { compositeRequest } = json();
            const one = ({ referenceId, body }, index) =>
                body.LastName
                    ? {
                          referenceId,
                          httpStatusCode: 201,
                          httpHeaders: {},
                          body: { id: id(20 + index), success: true, errors: [] },
                      }
                    : {
                          referenceId,
                          httpStatusCode: 400,
                          httpHeaders: {},
                          body: [{ message: 'Required fields are missing', errorCode: 'REQUIRED_FIELD_MISSING' }],
                      };
            return { compositeResponse: compositeRequest.map(one) };
        },
        'DELETE /services/data/v60.0/sobjects/Lead/:id': ({ params }) =>
            params.id === id(8)
                ? answer(204)
                : answer(404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]),
        'DELETE /services/data/v60.0/sobjects/Task/:id': () =>
            answer(423, { payload: { locked_by: 'batch', until: null }, noise: true }),
        'DELETE /services/data/v60.0/sobjects/Event/:id': () =>
            answer(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }),
        'GET /services/oauth2/userinfo': () => ({
            sub: 'x',
            organization_id: '00D000000000001EAA',
            user_id: '005',
            zoneinfo: 'America/Los_Angeles',
        }),
        'POST /services/data/v60.0/sobjects/PushTopic': ({ json }) =>
            json().Name.endsWith('again')
                ? answer(400, [{ errorCode: 'DUPLICATE_VALUE', message: 'duplicate value found: Name' }])
                : answer(201, { id: '0IF1', success: true }),
        'GET /services/data/v60.0/sobjects/PushTopic/Name/:name': ({ params }) => ({ Id: '0IF0', Name: params.name }),
    },
    cases: [
        ['query-accounts', '', { input: { name: "O'Neil" } }],
        ['query-accounts', 'malformed', { input: { name: 'x' }, fails: true }],
        ['export-contacts', '', { input: { fields: ['Name', 'Email', 'Id'] } }],
        [
            'upsert-lead',
            'new',
            {
                input: {
                    external: 'new/1',
                    fields: { LastName: 'Ö', Rating: null, Score: 1e21, Ratio: 1e-7, Active: true },
                },
            },
        ],
        ['upsert-lead', '', { input: { external: 'old', fields: { LastName: 'x' } } }],
        [
            'composite',
            '',
            {
                input: {
                    all_or_none: false,
                    steps: [
                        {
                            method: 'POST',
                            object: 'Lead',
                            name: 'a',
                            body: { LastName: 'A', Tags: ['x', { y: null }] },
                        },
                        { method: 'POST', object: 'Lead', name: 'b', body: {} },
                    ],
                },
            },
        ],
        ['delete-record', '', { input: { object: 'Lead', id: id(8) } }],
        ['delete-record', 'list', { input: { object: 'Lead', id: 'nope' }, fails: true }],
        ['delete-record', 'payload', { input: { object: 'Task', id: '1' }, fails: true }],
        ['delete-record', 'html', { input: { object: 'Event', id: '1' }, fails: true }],
        ['validate-organization', ''],
        ['validate-organization', 'known', { metadata: { organizationId: '00D000000000001EAA' } }],
        ['validate-organization', 'mismatch', { metadata: { organizationId: '00Dother' }, fails: true }],
        ['subscribe-changes', ''],
        [
            'subscribe-changes',
            'again',
            { connection: { connection_id: 'again' }, metadata: { topicId: 'old', since: 'never' } },
        ],
    ],
};
