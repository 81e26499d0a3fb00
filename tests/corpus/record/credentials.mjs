// How each auth mode proves itself: what Nango's proxy adds to a request, and what the provider checks.
import { createHash, createHmac } from 'node:crypto';

import { answer } from './provider.mjs';

const encode = (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** OAuth 1.0a (RFC 5849), with a nonce and a time that stand still. */
function oauth1(request, { consumer, token, method, realm }) {
    const fields = {
        oauth_consumer_key: consumer.key,
        oauth_nonce: 'corpus-nonce',
        oauth_signature_method: method,
        oauth_timestamp: '1767225600',
        oauth_token: token.key,
        oauth_version: '1.0',
    };
    const url = new URL(request.url);
    const pairs = [...Object.entries(fields), ...url.searchParams].map(([k, v]) => `${encode(k)}=${encode(v)}`).sort();
    const base = [request.method, encode(url.origin + url.pathname), encode(pairs.join('&'))].join('&');
    const digest = method === 'HMAC-SHA256' ? 'sha256' : 'sha1';
    const key = `${encode(consumer.secret)}&${encode(token.secret)}`;
    const signature = createHmac(digest, key).update(base).digest('base64');
    const shown = Object.entries({ ...fields, oauth_signature: signature }).map(([k, v]) => `${k}="${encode(v)}"`);
    return `OAuth ${realm ? `realm="${realm}", ` : ''}${shown.join(', ')}`;
}

/** AWS Signature Version 4 over host, date and body, at a time that stands still. */
function awsSigV4(request, { access_key_id, secret_access_key, region, service }) {
    const date = '20260101T000000Z';
    const url = new URL(request.url);
    const query = [...url.searchParams]
        .map(([k, v]) => `${encode(k)}=${encode(v)}`)
        .sort()
        .join('&');
    const payload = createHash('sha256')
        .update(request.body ?? '')
        .digest('hex');
    const canonical = [
        request.method,
        url.pathname,
        query,
        `host:${url.host}\nx-amz-date:${date}\n`,
        'host;x-amz-date',
        payload,
    ];
    const scope = `20260101/${region}/${service}/aws4_request`;
    const hashed = createHash('sha256').update(canonical.join('\n')).digest('hex');
    const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
    const key = ['20260101', region, service, 'aws4_request'].reduce(hmac, `AWS4${secret_access_key}`);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hashed}`).toString('hex');
    return `AWS4-HMAC-SHA256 Credential=${access_key_id}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
}

/** The headers that the proxy adds for a connection. `request` has `method`, `url` and `body`. */
export function authHeaders(integration, connection, request) {
    const { credentials, connection_config: config } = connection;
    const bearer = (token) => ({ authorization: `Bearer ${token}` });
    switch (credentials.type) {
        case 'OAUTH2':
        case 'APP':
            return bearer(credentials.access_token);
        case 'OAUTH2_CC':
        case 'JWT':
        case 'SIGNATURE':
        case 'TWO_STEP':
            return integration.template?.(connection) ?? bearer(credentials.token);
        case 'BASIC':
            return { authorization: basic(credentials.username, credentials.password) };
        case 'OAUTH1': {
            const token = { key: credentials.oauth_token, secret: credentials.oauth_token_secret };
            return { authorization: oauth1(request, { consumer: integration.consumer, token, method: 'HMAC-SHA1' }) };
        }
        case 'TBA': {
            const token = { key: credentials.token_id, secret: credentials.token_secret };
            const consumer = { key: config.oauth_client_id, secret: config.oauth_client_secret };
            const realm = config.accountId.toUpperCase().replace('-', '_');
            return { authorization: oauth1(request, { consumer, token, method: 'HMAC-SHA256', realm }) };
        }
        case 'AWS_SIGV4':
            return { authorization: awsSigV4(request, credentials), 'x-amz-security-token': credentials.session_token };
        default:
            // API_KEY, CUSTOM, BILL and none: what the provider's template says.
            return integration.template?.(connection) ?? {};
    }
}

/** A provider's check: the same headers that a good client would have sent. */
export function checked(integration, refused) {
    return (request) => {
        const url = `https://${request.host}${request.path}${request.search}`;
        const wanted = authHeaders(integration, integration.connection, {
            method: request.method,
            url,
            body: request.body,
        });
        const missing = Object.entries(wanted).filter(([name, value]) => request.headers[name.toLowerCase()] !== value);
        return missing.length === 0 ? null : (refused ?? answer(401, { message: 'Bad credentials' }));
    };
}
