// Basic authentication, forms in and JSON out, cursors that are ids.
import { answer } from '../provider.mjs';

const charge = (n, amount, currency, refunded = false) => ({
    id: `ch_${n}`,
    amount,
    currency,
    created: 1767225600 + n,
    refunded,
});
const CHARGES = [
    charge(1, 1999, 'usd'),
    charge(2, 500, 'jpy'),
    charge(3, 100001, 'eur'),
    charge(4, 1, 'usd'),
    charge(5, 999, 'eur', true),
];
const DECLINED = {
    cus_poor: answer(402, {
        error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds', message: 'Declined.' },
    }),
    cus_odd: answer(402, { error: { type: 'card_error', code: 'expired_card', message: 'Your card has expired.' } }),
    cus_down: answer(503, { error: { type: 'api_error', message: 'down' } }),
    cus_gone: answer(400, { error: { type: 'invalid_request_error', message: 'No such customer', param: 'customer' } }),
};

export default {
    baseUrl: 'https://api.stripe.com',
    connection: {
        credentials: { type: 'BASIC', username: 'sk_test_corpus', password: '' },
        connection_config: { context: 'acct_1' },
    },
    routes: {
        'POST /v1/invoices': ({ form }) => {
            const fields = form();
            const amounts = Object.entries(fields).filter(([name]) => /^lines\[\d\]\[amount\]$/.test(name));
            return { id: 'in_1', total: amounts.reduce((sum, [, value]) => sum + Number(value), 0), form: fields };
        },
        'GET /v1/charges': ({ query }) => {
            const known = CHARGES.filter(({ created }) => created >= Number(query.get('created[gte]')));
            const start = known.findIndex(({ id }) => id === query.get('starting_after')) + 1;
            const end = start + Number(query.get('limit'));
            return { object: 'list', data: known.slice(start, end), has_more: end < known.length };
        },
        'POST /v1/payment_intents': ({ form }) =>
            DECLINED[form().customer] ?? { id: `pi_${form().amount}`, status: 'succeeded' },
        'GET /v1/balance': () => ({
            object: 'balance',
            available: [
                { amount: 1200, currency: 'usd', source_types: { card: 1200 } },
                { amount: -5, currency: 'eur' },
            ],
            livemode: false,
        }),
        'GET /v1/account': ({ headers }) =>
            headers['stripe-version'] ? { id: 'acct_1', country: 'DE' } : answer(400, {}),
        'POST /v1/webhook_endpoints': ({ form }) => ({
            id: 'we_2',
            secret: 'whsec_corpus',
            url: form().url,
            object: 'webhook_endpoint',
        }),
        'GET /v1/webhook_endpoints': ({ query }) => ({
            data:
                query.get('limit') === '100'
                    ? [
                          { id: 'we_1', url: 'https://api.nango.example/webhook/a' },
                          { id: 'we_2', url: 'https://other.example/' },
                          { id: 'we_3', url: 'https://api.nango.example/webhook/b' },
                      ]
                    : [],
        }),
        'DELETE /v1/webhook_endpoints/we_1': () => ({ id: 'we_1', deleted: true }),
        'DELETE /v1/webhook_endpoints/we_3': () =>
            answer(429, { error: { type: 'rate_limit_error' } }, { 'retry-after': '1' }),
    },
    cases: [
        [
            'create-invoice',
            '',
            {
                input: {
                    customer: 'cus_1',
                    currency: 'eur',
                    lines: [
                        { text: 'Größe & Maß', amount: 19.99 },
                        { text: 'x=y', amount: 0.015 },
                    ],
                    metadata: { 'order id': '6735', plus: 'a+b' },
                    days: 14,
                },
            },
        ],
        [
            'create-invoice',
            'yen',
            { input: { customer: 'cus_2', currency: 'jpy', lines: [{ text: 'x', amount: 1500 }], metadata: {} } },
        ],
        ['list-charges', '', { input: { since: '2026-01-01', locale: 'de-DE' } }],
        ['list-charges', 'none', { input: { since: '2030-01-01', locale: 'en-US' } }],
        ['charge-card', '', { input: { customer: 'cus_1', amount: 100, currency: 'usd' } }],
        ['charge-card', 'declined', { input: { customer: 'cus_poor', amount: 100, currency: 'usd' } }],
        ['charge-card', 'expired', { input: { customer: 'cus_odd', amount: 100, currency: 'usd' } }],
        ['charge-card', 'down', { input: { customer: 'cus_down', amount: 100, currency: 'usd' }, fails: true }],
        ['charge-card', 'gone', { input: { customer: 'cus_gone', amount: 100, currency: 'usd' }, fails: true }],
        [
            'verify-webhook',
            '',
            {
                input: {
                    header: 't=1767225600,v0=old,v1=ddf2d460678f5e58e22b7212981a1fa2dd9ad735d32a6a377b9cf23093f57c2d',
                    body: '{"id":"evt_1","created":1767225600,"data":{"object":{"object":"charge","amount":5}},"livemode":"true"}',
                    secret: 'whsec_corpus',
                },
            },
        ],
        ['verify-webhook', 'forged', { input: { header: 't=1,v1=00', body: '{}', secret: 'x' }, fails: true }],
        ['account-overview', '', { input: {} }],
        ['register-endpoint', ''],
        ['register-endpoint', 'again', { metadata: { endpoint: 'we_1', secret: 'whsec_old' } }],
        ['remove-endpoint', '', { fails: true }],
    ],
};
