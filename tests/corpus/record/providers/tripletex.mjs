// Two steps to a session token that is sent as a password: offsets, vouchers.
import { answer } from '../provider.mjs';

const INVOICES = [
    { invoiceNumber: 1, invoiceDueDate: '2026-02-28', amountOutstanding: 1234.5 },
    { invoiceNumber: 2, invoiceDueDate: '2026-03-29', amountOutstanding: -10 },
    { invoiceNumber: 3, invoiceDueDate: '2026-12-31', amountOutstanding: 1e6 },
];
const ACCOUNTS = { 1920: { id: 11, name: 'Bankinnskudd' }, 3000: { id: 12, name: 'Salg – avgiftspliktig' } };
const TOKEN = 'eyJ0b2tlbiI6IDF9+/=';

const DEPARTMENTS = [
    { id: 3, name: 'Øst', parent: { id: 1 } },
    { id: 1, name: 'Norge', parent: null },
    { id: 2, name: 'Oslo', parent: { id: 3 } },
];

export default {
    baseUrl: 'https://tripletex.no',
    connection: {
        credentials: {
            type: 'TWO_STEP',
            consumerToken: 'consumer',
            employeeToken: 'employee',
            token: TOKEN,
            expires_at: '2026-12-31T00:00:00.000Z',
            raw: {},
        },
    },
    template: ({ credentials }) => ({
        authorization: `Basic ${Buffer.from(`0:${credentials.token}`).toString('base64')}`,
    }),
    routes: {
        'GET /v2/department': ({ query }) => {
            const from = Number(query.get('from'));
            return { fullResultSize: 3, from, values: DEPARTMENTS.slice(from, from + Number(query.get('count'))) };
        },
        'GET /v2/invoice': ({ query }) => {
            const from = Number(query.get('from'));
            return { fullResultSize: 3, from, values: INVOICES.slice(from, from + Number(query.get('count'))) };
        },
        'GET /v2/token/session/%3EwhoAmI': ({ query }) =>
            query.get('fields') === 'employee,company'
                ? {
                      value: {
                          employee: {
                              id: 7,
                              firstName: 'Kari',
                              lastName: 'Nordmann',
                              email: 'kari@example.no',
                              active: true,
                          },
                      },
                  }
                : answer(400, {}),
        'GET /v2/ledger/account': ({ query }) => ({ values: [ACCOUNTS[query.get('number')]] }),
        'POST /v2/ledger/voucher': ({ json, query }) => {
            const { postings } = json();
            return query.get('sendToLedger') === 'true' && postings.every(({ account }) => account.id)
                ? answer(201, { value: { id: 5000 + postings.length } })
                : answer(422, { validationMessages: [] });
        },
        'DELETE /v2/token/session/:token': ({ params }) =>
            decodeURIComponent(params.token) === TOKEN ? answer(204) : answer(404),
    },
    cases: [
        ['list-departments', '', { input: { page_size: 2 } }],
        ['list-departments', 'full-pages', { input: { page_size: 3 } }],
        ['export-invoices', '', { input: { from: '2026-01-01', today: '2026-04-01' } }],
        ['session-info', '', { input: {} }],
        [
            'book-voucher',
            '',
            {
                input: {
                    date: '2026-01-31',
                    postings: [
                        { account: 1920, amount: 0.1 },
                        { account: 1920, amount: 0.2, text: 'rest' },
                        { account: 3000, amount: -0.3 },
                    ],
                },
            },
        ],
        ['revoke-session', ''],
    ],
};
