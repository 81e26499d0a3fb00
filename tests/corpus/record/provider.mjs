// The provider: one real HTTP server that is every host of the corpus.
import { createHash } from 'node:crypto';

import { bytesOf, listen, multipartFields } from './http.mjs';

/** An answer that is more than a JSON body with status 200. */
class Answer {
    constructor(status, body, headers) {
        Object.assign(this, { status, body, headers });
    }
}

/** An answer of any status; a body that is no text and no bytes is JSON. */
export const answer = (status, body = '', headers = {}) => new Answer(status, body, headers);

/** The connection breaks before an answer. */
export const BROKEN = Symbol('broken');

/** A page of `items`, and what a cursor for the next one would be. */
export function pageOf(items, start, size) {
    const end = start + size;
    return { items: items.slice(start, end), next: end < items.length ? end : null };
}

function matcher(route) {
    const [method, path] = route.split(' ');
    const pattern = path
        .replace(/[.()$]/g, '\\$&')
        .replace(/:(\w+)/g, '(?<$1>[^/]+)')
        .replace(/\*/g, '.*');
    return { method, pattern: new RegExp(`^${pattern}$`) };
}

/** What a route gets: the request, read. */
function requestOf(raw, host, url, body) {
    const contentType = raw.headers['content-type'] ?? '';
    const text = body.toString('utf8');
    return {
        method: raw.method,
        host,
        path: url.pathname,
        query: url.searchParams,
        search: url.search,
        headers: raw.headers,
        contentType,
        body,
        text,
        digest: createHash('sha256').update(body).digest('hex'),
        json: () => JSON.parse(text),
        form: () => Object.fromEntries(new URLSearchParams(text)),
        fields: () => multipartFields(body, contentType),
    };
}

async function handle(integrations, raw, response) {
    const host = raw.headers['x-forwarded-host'] ?? raw.headers.host;
    const url = new URL(raw.url, `https://${host}`);
    const request = requestOf(raw, host, url, await bytesOf(raw));
    const integration = integrations.find((one) => one.hosts.includes(host));
    let result = integration ? null : answer(502, { error: `nobody answers for ${host}` });
    result ??= integration.open?.includes(host) ? null : integration.authorize(request);
    for (const { method, pattern, route } of result ? [] : integration.table) {
        const found = method === request.method ? pattern.exec(request.path) : null;
        if (found) {
            result = route({ ...request, params: found.groups ?? {} });
            break;
        }
    }
    result ??= answer(404, { message: `no route ${request.method} ${request.path}` });
    if (result === BROKEN) {
        raw.socket.destroy();
        return;
    }
    const { status, body, headers } = result instanceof Answer ? result : answer(200, result);
    const plain = typeof body === 'string' || Buffer.isBuffer(body);
    const bytes = Buffer.from(plain ? body : JSON.stringify(body));
    const type = plain ? {} : { 'content-type': 'application/json' };
    response.writeHead(status, { ...type, ...headers, 'content-length': bytes.length });
    response.end(bytes);
}

/** Starts the provider. */
export function startProvider(integrations) {
    const served = integrations.map((integration) => ({
        ...integration,
        table: Object.entries(integration.routes).map(([route, handler]) => ({ ...matcher(route), route: handler })),
    }));
    return listen((request, response) => handle(served, request, response));
}
