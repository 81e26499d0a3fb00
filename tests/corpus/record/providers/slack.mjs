// OAuth 2 where every status is 200: the body says what went wrong. Forms, cursors, uploads elsewhere.
import { answer, pageOf } from '../provider.mjs';

const CHANNELS = [
    { id: 'C1', name: 'zebra', num_members: 3 },
    { id: 'C2', name: 'ärger', num_members: 2 },
    { id: 'C3', name: 'apfel', num_members: 0 },
];
const USERS = {
    'ada@example.com': {
        id: 'U1',
        real_name: 'Ada Lovelace',
        tz: 'Asia/Kolkata',
        profile: { email: 'ada@example.com', status_expiration: 0 },
    },
};

export default {
    baseUrl: 'https://slack.com/api',
    hosts: ['slack.com', 'files.slack.com'],
    open: ['files.slack.com'],
    connection: {
        credentials: { type: 'OAUTH2', access_token: 'xoxb-corpus', raw: { ok: true, team: { id: 'T1' } } },
        connection_config: { 'team.id': 'T1' },
    },
    refused: { ok: false, error: 'invalid_auth' },
    routes: {
        'POST /api/chat.postMessage': ({ json }) => {
            const { channel, blocks } = json();
            if (channel === 'C404') {
                return { ok: false, error: 'channel_not_found' };
            }
            if (blocks?.length > 3) {
                return {
                    ok: false,
                    error: 'invalid_blocks',
                    response_metadata: { messages: ['[ERROR] too many', '[pointer:/blocks/3]'] },
                };
            }
            return { ok: true, channel, ts: '1767225600.000100', message: { blocks } };
        },
        'GET /api/conversations.list': ({ query }) => {
            const { items, next } = pageOf(
                CHANNELS,
                Number(query.get('cursor')?.slice(1) ?? 0),
                Number(query.get('limit')),
            );
            return query.get('types') === 'public_channel,private_channel'
                ? { ok: true, channels: items, response_metadata: { next_cursor: next === null ? ' ' : `c${next}` } }
                : { ok: true, channels: [], response_metadata: { next_cursor: '' } };
        },
        'POST /api/users.lookupByEmail': ({ form }) => {
            const user = USERS[form().email];
            return user ? { ok: true, user } : { ok: false, error: 'users_not_found', needed: 'users:read.email' };
        },
        'POST /api/files.getUploadURLExternal': ({ form }) => {
            const { filename, length } = form();
            return filename && Number(length) > 0
                ? { ok: true, upload_url: `https://files.slack.com/upload/v1/${length}?name=x`, file_id: 'F1' }
                : { ok: false, error: 'invalid_arguments' };
        },
        'POST /upload/v1/:length': ({ params, body, headers }) =>
            body.length === Number(params.length)
                ? answer(200, `OK - ${headers['x-name']}`, { 'content-type': 'text/plain' })
                : answer(413, 'length', { 'content-type': 'text/plain' }),
        'POST /api/files.completeUploadExternal': ({ json }) => ({
            ok: true,
            files: json().files.map(({ id }) => ({ id, permalink: `https://acme.slack.com/files/${id}` })),
        }),
        'POST /api/auth.test': () =>
            answer(
                200,
                { ok: true, team: 'Acme', team_id: 'T1' },
                { 'x-oauth-scopes': 'chat:write, channels:read,identify' },
            ),
    },
    cases: [
        [
            'post-message',
            '',
            {
                input: {
                    channel: 'C1',
                    blocks: [
                        { type: 'text', text: 'A **bold** word' },
                        { type: 'divider' },
                        {
                            type: 'fields',
                            fields: [
                                ['Price', 12.5],
                                ['Name', 'x'],
                            ],
                        },
                    ],
                },
            },
        ],
        ['post-message', 'not-found', { input: { channel: 'C404', blocks: [{ type: 'divider' }] }, fails: true }],
        [
            'post-message',
            'refused',
            { input: { channel: 'C1', blocks: Array(4).fill({ type: 'divider' }) }, fails: true },
        ],
        ['list-channels', '', { input: { types: ['public_channel', 'private_channel'] } }],
        ['list-channels', 'none', { input: { types: ['private_channel'] } }],
        ['lookup-user', '', { input: { email: 'ada@example.com', at: '2026-03-28T23:30:00Z' } }],
        ['lookup-user', 'unknown', { input: { email: 'nobody@example.com', at: '2026-03-28T23:30:00Z' }, fails: true }],
        ['upload-file', '', { input: { channel: 'C1', name: 'notes.txt', text: 'grüße 🎉' } }],
        [
            'verify-signature',
            '',
            {
                input: {
                    timestamp: '1767225600',
                    now: 1767225700,
                    body: '{"type":"event"}',
                    signature: 'v0=6e4d7a68328d670823e0be9d1034c267a27d6dad0fbe3c87fe1cf29321513d3a',
                },
                variables: [{ name: 'SLACK_SIGNING_SECRET', value: 's3cret' }],
            },
        ],
        [
            'verify-signature',
            'old',
            {
                input: { timestamp: '1767225000', now: 1767225700, body: '', signature: 'v0=00' },
                variables: [{ name: 'SLACK_SIGNING_SECRET', value: 's3cret' }],
            },
        ],
        ['verify-signature', 'unset', { input: { timestamp: '1', now: 1, body: '', signature: '' }, fails: true }],
        ['validate-scopes', '', { fails: true }],
        ['announce', ''],
        ['announce', 'elsewhere', { metadata: { channel: 'C2', greeted: ['1'] } }],
        ['announce', 'greeted', { checkpoint: { greeted: true, ts: '1' } }],
    ],
};
