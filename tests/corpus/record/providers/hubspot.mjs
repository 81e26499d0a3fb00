// OAuth 2, cursors in query and body, batches, conflicts.
import { answer, pageOf } from '../provider.mjs';

const contact = (id, firstname, lastname, email) => ({
    id: String(id),
    properties: { firstname, lastname, email, hs_object_id: String(id) },
    createdAt: '2026-01-01T08:00:00.000Z',
    updatedAt: `2026-01-0${id}T08:00:00.123Z`,
    archived: false,
});
const CONTACTS = [
    contact(1, 'Ada', 'Lovelace', 'ada@example.com'),
    contact(2, 'Grace', null, 'grace@example.com'),
    contact(3, '', '', ''),
    contact(4, 'Łukasz', 'Ωmega', 'l@example.com'),
    contact(5, 'Linus', 'T', null),
];

function page(items, after, limit) {
    const { items: results, next } = pageOf(items, Number(after ?? 0), Number(limit ?? 10));
    return { results, ...(next === null ? {} : { paging: { next: { after: String(next), link: '?after' } } }) };
}

const COMPANIES = {
    10: ['Acme', ['11', '12']],
    11: ['Acme Labs', []],
    12: ['Acme Retail', ['13']],
    13: ['Acme Kiosk', []],
};

export default {
    baseUrl: 'https://api.hubapi.com',
    connection: {
        credentials: {
            type: 'OAUTH2',
            access_token: 'hubspot-corpus',
            expires_at: '2026-01-01T01:00:00.000Z',
            raw: {},
        },
    },
    refused: answer(401, { status: 'error', category: 'EXPIRED_AUTHENTICATION' }),
    routes: {
        'GET /crm/v3/objects/contacts': ({ query }) =>
            query.get('properties') === 'firstname,lastname,email'
                ? page(CONTACTS, query.get('after'), query.get('limit'))
                : answer(400, {}),
        'POST /crm/v3/objects/contacts/search': ({ json }) => {
            const { filterGroups, after, limit } = json();
            const [{ propertyName, operator, value }] = filterGroups[0].filters;
            const fits = ({ properties }) =>
                operator === 'HAS_PROPERTY' ? Boolean(properties[propertyName]) : properties[propertyName] === value;
            return { total: 9, ...page(CONTACTS.filter(fits), after, limit) };
        },
        'POST /crm/v3/objects/companies': ({ json }) => {
            const { properties } = json();
            return properties.domain === 'acme.com'
                ? answer(409, {
                      status: 'error',
                      message: 'A company with this domain exists. Existing ID: 10',
                      category: 'CONFLICT',
                  })
                : answer(201, { id: '14', properties });
        },
        'PATCH /crm/v3/objects/companies/10': ({ json }) => ({ id: '10', properties: json().properties }),
        'GET /crm/v3/objects/companies/:id': ({ params }) => {
            const [name, below] = COMPANIES[params.id] ?? [];
            const companies = { results: below?.map((id) => ({ id, type: 'parent_to_child' })) };
            return name
                ? { id: params.id, properties: { name }, ...(below.length > 0 ? { associations: { companies } } : {}) }
                : null;
        },
        'POST /crm/v3/objects/:kind': ({ params, json }) => {
            const { properties } = json();
            return properties.hs_timestamp > 0 ? answer(201, { id: `${params.kind}-1`, properties }) : answer(400, {});
        },
        'POST /crm/v3/objects/contacts/batch/archive': ({ json }) =>
            json().inputs.some(({ id }) => id === '404')
                ? answer(207, { status: 'COMPLETE', numErrors: 1 })
                : json().inputs.some(({ id }) => id === 'x')
                  ? answer(400, { message: 'Invalid id' })
                  : answer(204),
        'GET /account-info/v3/details': () => ({ portalId: 4711, timeZone: 'Europe/Berlin', accountType: 'STANDARD' }),
    },
    cases: [
        ['list-contacts', '', { input: { page_size: 2 } }],
        ['list-contacts', 'one-page', { input: { page_size: 100 } }],
        ['search-contacts', '', { input: { filters: [{ property: 'email', operator: 'HAS_PROPERTY' }], at_most: 10 } }],
        [
            'search-contacts',
            'enough',
            { input: { filters: [{ property: 'email', operator: 'HAS_PROPERTY' }], at_most: 1 } },
        ],
        [
            'search-contacts',
            'none',
            { input: { filters: [{ property: 'email', operator: 'EQ', value: 'x' }], at_most: 5 } },
        ],
        ['upsert-company', '', { input: { domain: 'New.Example', name: ' New ', employees: '42' } }],
        ['upsert-company', 'conflict', { input: { domain: 'ACME.com', name: 'Acme' } }],
        ['upsert-company', 'invalid', { input: { domain: 'x', name: 'y', employees: 'many' }, fails: true }],
        [
            'log-engagement',
            'call',
            {
                input: {
                    contact: '1',
                    at: '2026-01-05T10:00:00+02:00',
                    engagement: { kind: 'call', minutes: 2.5, outcome: 'voicemail' },
                },
            },
        ],
        [
            'log-engagement',
            'email',
            {
                input: {
                    contact: '1',
                    at: '2026-01-05T10:00:00Z',
                    engagement: { kind: 'email', subject: 'Hi “you”', html: '<p>&amp;</p>' },
                },
            },
        ],
        [
            'log-engagement',
            'note',
            {
                input: {
                    contact: '2',
                    at: '2026-01-05T10:00:00.5Z',
                    engagement: { kind: 'note', text: 'line\nbreak\u2028' },
                },
            },
        ],
        ['company-tree', '', { input: { id: '10', depth: 3 } }],
        ['company-tree', 'flat', { input: { id: '12', depth: 0 } }],
        ['archive-contacts', '', { input: { ids: ['1', '2', '1', 'x', '3', '404'] } }],
        ['validate-portal', ''],
        ['validate-portal', 'known', { metadata: { portalId: 4711, extra: { kept: true } } }],
        ['validate-portal', 'other', { metadata: { portalId: 1 }, fails: true }],
    ],
};
