// The routes of Nango's API that its SDK classes need, over one run's connection.
import { changed } from './change.mjs';
import { authHeaders } from './credentials.mjs';
import { bytesOf, lastingHeaders, listen, send, sha1 } from './http.mjs';

/** Redirects that the proxy follows. */
const MAX_REDIRECTS = 5;
/** A run that asks for more does not end. */
export const MAX_REQUESTS = 40;
/** Names a call in its answer; not recorded. */
export const CALL_HEADER = 'x-corpus-call';

const json = (status, body) => ({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
});

/** Headers for the provider: those that were sent with Nango's prefix. */
function forwarded(headers) {
    const prefix = 'nango-proxy-';
    const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
    const result = Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
    // The body was already written by the client, so its own content type (with the boundary) is the true one.
    return headers['content-type'] ? { ...result, 'content-type': headers['content-type'] } : result;
}

function targetOf(run, path, override) {
    const base = override || run.integration.baseUrl;
    const endpoint = path.replace(/^\/proxy\/+/, '');
    const relative = endpoint.startsWith(base) ? endpoint.slice(base.length) : endpoint;
    return `${base.replace(/\/$/, '')}/${relative.replace(/^\/+/, '')}`;
}

async function throughProxy(run, request, body, providerPort) {
    let url = targetOf(run, request.url, request.headers['base-url-override']);
    let method = request.method;
    let sent = body;
    for (let redirects = 0; ; redirects += 1) {
        const signed = { method, url, body: sent };
        const headers = { ...authHeaders(run.integration, run.connection, signed), ...forwarded(request.headers) };
        const answer = await send(providerPort, url, { method, headers, body: sent });
        const location = answer.headers.location;
        if (answer.status < 300 || answer.status > 399 || !location || redirects === MAX_REDIRECTS) {
            return answer;
        }
        url = new URL(location, url).href;
        if (answer.status === 303 && method !== 'GET') {
            [method, sent] = ['GET', undefined];
        }
    }
}

async function proxied(run, request, response, body, providerPort) {
    const call = sha1(
        JSON.stringify([request.method, request.url, run.isMultipart(request) ? '' : body.toString('latin1')]),
    );
    run.requests += 1;
    run.bodies.set(call, { body, contentType: request.headers['content-type'] ?? '' });
    let answer;
    try {
        answer = run.requests > MAX_REQUESTS ? json(599, {}) : await throughProxy(run, request, body, providerPort);
    } catch {
        response.destroy();
        return null;
    }
    if (run.mutation?.call === call) {
        answer = changed(answer, run.mutation.change);
    }
    const headers = { ...lastingHeaders(answer.headers), [CALL_HEADER]: call };
    return { ...answer, headers };
}

function writeMetadata(run, kind, body) {
    const { metadata } = JSON.parse(body);
    run.metadata = kind === 'set' ? metadata : { ...run.metadata, ...metadata };
    run.writes.push({ kind, metadata: run.metadata });
    return json(kind === 'set' ? 201 : 200, JSON.parse(body));
}

function integrationOf(run, url) {
    const include = url.searchParams.getAll('include');
    const { webhook_url, credentials, ...shown } = run.integrationDocument;
    const data = {
        ...shown,
        ...(include.includes('webhook') ? { webhook_url } : {}),
        ...(include.includes('credentials') ? { credentials } : {}),
    };
    run.seen.integration = { ...run.seen.integration, ...data };
    return json(200, { data });
}

async function triggered(run, request, body) {
    const { action_name: name, input } = JSON.parse(body);
    const output = await run.trigger(request.headers['provider-config-key'], name, input);
    run.actions.push({ name, input: input ?? null, output });
    return json(200, output);
}

async function route(run, request, response, body, providerPort) {
    const url = new URL(request.url, 'http://nango.invalid');
    const path = url.pathname;
    if (path.startsWith('/proxy/')) {
        return proxied(run, request, response, body, providerPort);
    }
    switch (`${request.method} ${path}`) {
        case `GET /connections/${run.connection.connection_id}`:
            run.seen.connection = true;
            return json(200, { ...run.connection, metadata: run.metadata });
        case `GET /integrations/${run.connection.provider_config_key}`:
            return integrationOf(run, url);
        case 'POST /connections/metadata':
            return writeMetadata(run, 'set', body.toString('utf8'));
        case 'PATCH /connections/metadata':
            return writeMetadata(run, 'update', body.toString('utf8'));
        case 'GET /environment-variables':
            run.seen.variables = true;
            return json(200, run.variables);
        case 'POST /action/trigger':
            return triggered(run, request, body.toString('utf8'));
        default:
            return json(404, { error: { code: 'not_found', message: `no route ${request.method} ${path}` } });
    }
}

/** Starts the API; a run is known by its secret key. */
export function startNangoApi(runs, providerPort) {
    return listen(async (request, response) => {
        const body = await bytesOf(request);
        const run = runs.get(request.headers.authorization.replace('Bearer ', ''));
        const answer = await route(run, request, response, body, providerPort);
        if (answer !== null) {
            response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
            response.end(answer.body);
        }
    });
}
