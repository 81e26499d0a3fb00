// AWS_SIGV4: signed requests, XML, bytes with checksums.
import { createHash } from 'node:crypto';

import { answer } from '../provider.mjs';

const XML = { 'content-type': 'application/xml' };
const bucket = (name) => `<Bucket><Name>${name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>`;
const BUCKETS = ['logs-a', 'logs-b', 'logs-c'];

export default {
    baseUrl: 'https://s3.eu-central-1.amazonaws.test',
    connection: {
        credentials: {
            type: 'AWS_SIGV4',
            role_arn: 'arn:aws:iam::123456789012:role/team/corpus',
            region: 'eu-central-1',
            service: 's3',
            access_key_id: 'ASIACORPUS',
            secret_access_key: 'corpus-secret-access-key',
            session_token: 'corpus-session',
            expires_at: '2026-01-01T01:00:00.000Z',
            raw: {},
        },
    },
    refused: answer(403, '<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>', XML),
    routes: {
        'GET /': ({ query }) => {
            const start = Number(query.get('continuation-token') ?? 0);
            const known = BUCKETS.filter((name) => name.startsWith(query.get('prefix')));
            const shown = known.slice(start, start + Number(query.get('max-buckets')));
            const more =
                start + shown.length < known.length
                    ? `<ContinuationToken>${start + shown.length}</ContinuationToken>`
                    : '';
            return answer(
                200,
                `<?xml version="1.0"?><ListAllMyBucketsResult><Owner><DisplayName>acme</DisplayName></Owner><Buckets>${shown.map(bucket).join('')}</Buckets>${more}</ListAllMyBucketsResult>`,
                XML,
            );
        },
        'PUT /corpus-bucket/*': ({ body, headers, path }) => {
            const md5 = createHash('md5').update(body);
            if (path.endsWith('denied')) {
                return answer(403, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`, XML);
            }
            const digest = md5.copy().digest('base64');
            return headers['content-md5'] === digest && headers['x-amz-tagging'] !== undefined
                ? answer(200, '', { etag: `"${md5.digest('hex')}"` })
                : answer(400, '<Error><Code>BadDigest</Code></Error>', XML);
        },
        'POST /sts': ({ form }) =>
            form().Action === 'GetCallerIdentity'
                ? answer(
                      200,
                      '<GetCallerIdentityResponse><Arn>arn:aws:sts::123456789012:assumed-role/corpus/x</Arn><Account>123456789012</Account></GetCallerIdentityResponse>',
                      XML,
                  )
                : answer(400, '<Error/>', XML),
    },
    cases: [
        ['list-buckets', '', { input: { prefix: 'logs-' } }],
        ['list-buckets', 'none', { input: { prefix: 'x' } }],
        [
            'put-object',
            'text',
            { input: { key: 'a b/ü+.txt', content: { text: 'grüße\n' }, tags: { team: 'a&b', 'cost center': '7' } } },
        ],
        ['put-object', 'bytes', { input: { key: 'bin', content: { base64: 'AP/+gAo=' }, tags: {} } }],
        ['put-object', 'denied', { input: { key: 'denied', content: { text: '' }, tags: {} }, fails: true }],
        ['assume-details', '', { input: { region: 'eu-central-1' } }],
        ['check-role', ''],
    ],
};
