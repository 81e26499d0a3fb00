// OAuth 2: dates, time zones, recurrence, page tokens and sync tokens.
import { answer, pageOf } from '../provider.mjs';

const EVENTS = [
    { id: 'e1', summary: 'Off – día', start: { date: '2026-03-29' }, end: { date: '2026-03-30' } },
    {
        id: 'e2',
        start: { dateTime: '2026-03-29T01:30:00+01:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-03-29T03:30:00+02:00' },
    },
    {
        id: 'e3',
        summary: 'Sync',
        start: { dateTime: '2026-03-30T09:00:00Z' },
        end: { dateTime: '2026-03-30T09:45:00Z' },
        attendees: [
            { email: 'a@example.com', responseStatus: 'accepted' },
            { email: 'b@example.com', responseStatus: 'declined' },
        ],
    },
];

const CALENDARS = [
    { id: 'c1', summary: 'Zimmer 10', accessRole: 'owner' },
    { id: 'c2', summary: 'öffentlich', accessRole: 'reader' },
    { id: 'c3', summary: 'x', summaryOverride: 'Zimmer 9', accessRole: 'writer' },
];

export default {
    baseUrl: 'https://www.googleapis.test',
    connection: {
        credentials: {
            type: 'OAUTH2',
            access_token: 'ya29.corpus',
            refresh_token: '1//corpus',
            raw: { scope: 'calendar' },
        },
    },
    refused: answer(401, { error: { code: 401, status: 'UNAUTHENTICATED' } }),
    routes: {
        'GET /calendar/v3/users/me/calendarList': ({ query }) => {
            const { items, next } = pageOf(
                CALENDARS,
                Number(query.get('pageToken')?.slice(1) ?? 0),
                Number(query.get('maxSize')),
            );
            return {
                kind: 'calendar#calendarList',
                items,
                ...(next === null ? { nextSyncToken: 's' } : { nextPageToken: `c${next}` }),
            };
        },
        'GET /calendar/v3/users/me/settings/timezone': () => ({ kind: 'calendar#setting', value: 'America/Sao_Paulo' }),
        'POST /calendar/v3/freeBusy': ({ json }) => {
            const { timeMin, timeMax } = json();
            return {
                timeMin,
                timeMax,
                calendars: {
                    primary: {
                        busy: [
                            { start: '2026-03-30T15:00:00Z', end: '2026-03-30T16:00:00Z' },
                            { start: '2026-03-30T12:30:00Z', end: '2026-03-30T13:00:00Z' },
                        ],
                    },
                    team: { busy: [{ start: '2026-03-30T12:45:00Z', end: '2026-03-30T14:00:00Z' }] },
                },
            };
        },
        'GET /calendar/v3/calendars/:id/events': ({ query }) => {
            if (query.get('syncToken') === 'stale') {
                return answer(410, { error: { code: 410, message: 'Sync token is no longer valid' } });
            }
            if (query.get('syncToken')) {
                return { items: [EVENTS[2]], nextSyncToken: 'sync-3' };
            }
            return query.get('pageToken') === 'p2'
                ? { items: [EVENTS[2]], nextSyncToken: 'sync-2' }
                : { items: EVENTS.slice(0, Number(query.get('maxResults'))), nextPageToken: 'p2' };
        },
        'POST /calendar/v3/calendars/primary/events': ({ json, query }) =>
            query.get('sendUpdates') === 'none' ? { id: 'series', ...json() } : answer(400, {}),
        'POST /calendar/v3/calendars/primary/events/watch': ({ json }) => ({
            kind: 'api#channel',
            id: json().id,
            resourceId: 'res-1',
            expiration: '1767830400000',
        }),
        'POST /calendar/v3/channels/stop': ({ json }) =>
            json().resourceId === 'res-1'
                ? answer(204)
                : answer(404, { error: { code: 404, message: 'Channel not found' } }),
    },
    cases: [
        ['list-calendars', '', { input: { minimum: 'reader', locale: 'sv' } }],
        ['list-calendars', 'writable', { input: { minimum: 'writer', locale: 'de' } }],
        [
            'free-slots',
            '',
            {
                input: {
                    from: '2026-03-30T09:00:00-03:00',
                    to: '2026-03-30T18:00:00-03:00',
                    minutes: 30,
                    locale: 'pt-BR',
                },
            },
        ],
        [
            'free-slots',
            'short',
            { input: { from: '2026-03-30T12:00:00Z', to: '2026-03-30T13:30:00Z', minutes: 5, locale: 'en-US' } },
        ],
        ['list-events', '', { input: { calendar: 'team@example.com' } }],
        ['list-events', 'changes', { input: { calendar: 'c' }, metadata: { syncTokens: { c: 'sync-2', d: 'other' } } }],
        ['list-events', 'stale', { input: { calendar: 'c' }, metadata: { syncTokens: { c: 'stale' } } }],
        [
            'create-series',
            'day',
            { input: { summary: 'Daily', first: '2026-12-31', rule: { every: 'day', times: 5 } } },
        ],
        [
            'create-series',
            'week',
            {
                input: {
                    summary: 'Weekly',
                    first: '2024-02-28',
                    rule: { every: 'week', on: ['MO', 'FR'], until: '2026-06-30' },
                },
            },
        ],
        [
            'create-series',
            'month',
            { input: { summary: 'Monthly', first: '2026-01-31', rule: { every: 'month', day: 31, times: 3 } } },
        ],
        ['watch-primary', ''],
        [
            'stop-watching',
            '',
            { metadata: { channel: { id: 'x', resource: 'res-1', expires: '2026-01-08T00:00:00.000Z' } } },
        ],
        [
            'stop-watching',
            'unknown',
            { metadata: { channel: { id: 'x', resource: 'res-0', expires: '2026-01-08T00:00:00.000Z' } }, fails: true },
        ],
        ['stop-watching', 'nothing'],
    ],
};
