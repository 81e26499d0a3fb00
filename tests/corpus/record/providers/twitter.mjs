// OAuth 1.0a: signed requests, ids that are larger than numbers.
import { answer, pageOf } from '../provider.mjs';

const mention = (id, text, created_at) => ({ id, text, created_at });
const MENTIONS = [
    mention('1899999999999999999', '@corpus and @ada say hi', '2026-01-05T00:00:00.000Z'),
    mention('1899999999999999998', 'thanks @corpus!', '2026-01-04T23:59:59.000Z'),
    mention('1900000000000000001', '@corpus @corpus', '2026-01-06T12:00:00.000Z'),
];

export default {
    baseUrl: 'https://api.twitter.com',
    consumer: { key: 'consumer-key', secret: 'consumer secret/ä' },
    connection: {
        credentials: { type: 'OAUTH1', oauth_token: '42-token', oauth_token_secret: 'token-secret', raw: {} },
    },
    refused: answer(401, { title: 'Unauthorized', status: 401 }),
    routes: {
        'POST /2/tweets': ({ json }) => {
            const { text, reply } = json();
            return answer(201, { data: { id: `${text.length}-${reply?.in_reply_to_tweet_id ?? 'root'}`, text } });
        },
        'GET /2/users/42/mentions': ({ query }) => {
            const { items, next } = pageOf(
                MENTIONS,
                Number(query.get('pagination_token')?.slice(2) ?? 0),
                Number(query.get('max_results')),
            );
            return {
                data: items,
                meta: { result_count: items.length, ...(next === null ? {} : { next_token: ` t-${next} ` }) },
            };
        },
        'GET /2/users/42': ({ query }) => ({
            data: { id: '42', name: 'Corpus “C”', verified: query.get('user.fields') === 'verified' },
        }),
    },
    cases: [
        [
            'post-thread',
            '',
            {
                input: {
                    text: 'A thread is several posts, each of which answers the one before, until everything has been said 🎉 🎉 🎉',
                },
            },
        ],
        [
            'post-thread',
            'resumed',
            {
                input: {
                    text: 'A thread is several posts, each of which answers the one before, until everything has been said 🎉 🎉 🎉',
                },
                checkpoint: { last: '57-root', count: 1 },
            },
        ],
        ['count-mentions', '', { input: { user: '42' } }],
        ['whoami', ''],
    ],
};
