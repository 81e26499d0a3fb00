// A run as a fixture: the file that Nango's tool writes, with the sections that are onevent's own (docs/fixtures.md).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { lastingHeaders, multipartFields } from './http.mjs';
import { CALL_HEADER } from './nango-api.mjs';

const MULTIPART = 'multipart/form-data';

/** What Nango's `--save` writes for these calls. */
async function savedByNango(run, output) {
    const scratch = await mkdtemp(path.join(tmpdir(), 'onevent-corpus-'));
    const filePath = path.join(scratch, 'fixture.json');
    run.collector.saveUnifiedMock({ filePath, input: run.input, output });
    const document = JSON.parse(await readFile(filePath, 'utf8'));
    await rm(scratch, { recursive: true });
    return document;
}

/** Axios' own form of a multipart body has a random boundary: what the provider received is the request. */
function multipartRequest(entry, { body, contentType }) {
    const { hash: _, ...rest } = entry;
    const headers = { ...rest.request.headers };
    Object.keys(headers)
        .filter((name) => name.toLowerCase() === 'content-type')
        .forEach((name) => delete headers[name]);
    const request = {
        ...rest.request,
        headers: { ...headers, 'content-type': MULTIPART },
        data: multipartFields(body, contentType),
    };
    return { ...rest, request };
}

function entryOf(run, entry, calls) {
    if (!entry.headers) {
        // No answer came. Nango's tool leaves such calls out; onevent's section for them has an error.
        const call = run.collector.apiCalls.find((one) => one.requestIdentityHash === entry.hash);
        return { error: call.error, hash: entry.hash, request: entry.request };
    }
    const call = entry.headers[CALL_HEADER];
    const { [CALL_HEADER]: _, ...headers } = lastingHeaders(entry.headers);
    const sent = run.bodies.get(call);
    const lasting = { ...entry, headers };
    const result = sent.contentType.startsWith(MULTIPART) ? multipartRequest(lasting, sent) : lasting;
    calls.push({ call, entry: result });
    return result;
}

function apiOf(run, saved, calls) {
    const endpoints = (recorded) =>
        Object.fromEntries(
            Object.entries(recorded).map(([endpoint, found]) => {
                const entries = Array.isArray(found)
                    ? found.map((one) => entryOf(run, one, calls))
                    : entryOf(run, found, calls);
                return [endpoint, entries];
            }),
        );
    return Object.fromEntries(Object.entries(saved.api).map(([method, recorded]) => [method, endpoints(recorded)]));
}

/** Headers that a fixture's request holds: the caller's, and the content type that `fetch` gives to a text. */
function fetchHeaders({ headers = {}, body }) {
    const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const untold = ['authorization', 'user-agent', 'accept', 'accept-encoding'];
    const told = Object.fromEntries(
        own.filter(([name, value]) => !untold.includes(name) && value !== 'application/json'),
    );
    const typed = own.some(([name]) => name === 'content-type') || !body;
    return typed ? told : { ...told, 'content-type': 'text/plain;charset=UTF-8' };
}

function asData(body) {
    try {
        return JSON.parse(body);
    } catch {
        return body;
    }
}

function fetchOf(run, calls) {
    const section = {};
    for (const { call, method, options, status, headers, response } of run.fetched) {
        const { origin, pathname, searchParams } = options.url;
        const params = Object.fromEntries(searchParams);
        const told = fetchHeaders(options);
        const request = {
            ...(Object.keys(params).length > 0 ? { params } : {}),
            ...(Object.keys(told).length > 0 ? { headers: told } : {}),
            ...(options.body ? { data: asData(options.body) } : {}),
        };
        const entry = { response, status, headers: Object.fromEntries(headers), request };
        const endpoints = (section[method.toLowerCase()] ??= {});
        const known = endpoints[origin + pathname];
        endpoints[origin + pathname] = known ? [known, entry].flat() : entry;
        calls.push({ call, entry });
    }
    return section;
}

function nangoOf(run) {
    return {
        getConnection: { ...run.connection, metadata: run.startedWith },
        ...(run.startedWith === null ? {} : { getMetadata: run.startedWith }),
        metadataWrites: run.writes,
        ...(run.seen.integration ? { getIntegration: run.seen.integration } : {}),
        ...(run.seen.variables ? { getEnvironmentVariables: run.variables } : {}),
        ...(run.actions.length > 0 ? { triggerAction: run.actions } : {}),
        ...(run.given.checkpoint ? { getCheckpoint: run.given.checkpoint } : {}),
    };
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An error as Nango's runner reports it, which differs in two points from its tool. The tool calls an error without an
 * answer `script_http_error`, with the same payload; the runner has a type of its own for it. And the tool shows a text
 * or a list as it was thrown; in the runner's report it is the `message` of an object.
 */
function errorOf(run, { type, payload }) {
    const unanswered =
        type === 'script_http_error' &&
        run.collector.apiCalls.some(({ error }) => error && error.code === payload.code);
    return {
        type: unanswered ? 'script_network_error' : type,
        payload: isObject(payload) ? payload : { message: payload },
    };
}

/** The document, and which call of the run each recorded answer is. */
export async function fixtureOf({ run, result }) {
    const isAction = run.function.kind === 'action';
    const saved = await savedByNango(run, isAction ? result.response?.output : undefined);
    const calls = [];
    const { input, output } = saved;
    const fetch = fetchOf(run, calls);
    const document = {
        ...(input === undefined ? {} : { input }),
        ...(isAction && !result.error ? { output: output ?? null } : {}),
        ...(result.error ? { error: errorOf(run, result.error) } : {}),
        nango: nangoOf(run),
        api: apiOf(run, saved, calls),
        ...(run.fetched.length > 0 ? { fetch } : {}),
    };
    // As JSON, and nothing else.
    return { document: JSON.parse(JSON.stringify(document)), calls };
}
