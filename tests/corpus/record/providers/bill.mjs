// BILL: sessions within forms, envelopes, offsets in bodies.
import { answer } from '../provider.mjs';

const VENDORS = [
    { id: '009A', name: 'Ärzte GmbH', balance: '10.10', isActive: '1' },
    { id: '009B', name: 'Bob', balance: '0.20', isActive: '2' },
    { id: '009C', name: 'Cyd', balance: '9007199254740.99', isActive: '1' },
];

export default {
    baseUrl: 'https://api.bill.test',
    connection: {
        credentials: {
            type: 'BILL',
            username: 'ada',
            password: 'bill-password',
            organization_id: '00801',
            dev_key: '01dev',
            session_id: 'session-1',
            user_id: '00601',
            expires_at: '2026-01-01T00:35:00.000Z',
            raw: {},
        },
    },
    template: ({ credentials }) => ({ sessionid: credentials.session_id, devkey: credentials.dev_key }),
    routes: {
        'POST /api/v2/PayBills.json': ({ form }) => {
            const { sessionId, devKey, data } = form();
            const { billPays } = JSON.parse(data);
            if (sessionId !== 'session-1' || devKey !== '01dev') {
                return {
                    response_status: 1,
                    response_message: 'Error',
                    response_data: { error_code: 'BDC_1109', error_message: 'Session is invalid.' },
                };
            }
            return billPays.some(({ amount }) => amount > 1000)
                ? {
                      response_status: 1,
                      response_message: 'Error',
                      response_data: { error_code: 'BDC_1234', error_message: 'Over the limit' },
                  }
                : {
                      response_status: 0,
                      response_message: 'Success',
                      response_data: { id: 'stp01', status: 'scheduled' },
                  };
        },
        'POST /api/v3/vendors/search': ({ json }) => {
            const { page, filter } = json();
            const known = filter.name ? VENDORS.filter(({ name }) => name === filter.name) : VENDORS;
            return page.sort === 'name'
                ? { results: { list: known.slice(page.start, page.start + page.max) } }
                : answer(400, {});
        },
    },
    cases: [
        [
            'pay-bills',
            '',
            {
                input: {
                    vendor: '009A',
                    on: '2026-01-15',
                    lines: [
                        { bill: '00n1', amount: 10.1 },
                        { bill: '00n2', amount: 0.2 },
                    ],
                },
            },
        ],
        [
            'pay-bills',
            'limit',
            { input: { vendor: '009B', on: '2026-01-15', lines: [{ bill: '00n1', amount: 1000.01 }] }, fails: true },
        ],
        ['list-vendors', '', { input: { filter: {} } }],
        ['list-vendors', 'one', { input: { filter: { name: 'Bob' } } }],
        ['check-organization', ''],
        ['check-organization', 'other', { metadata: { organization: '00999', user: 'x' }, fails: true }],
    ],
};
