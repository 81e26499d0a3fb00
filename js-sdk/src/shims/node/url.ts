// The module `url`: the WHATWG classes, and npm's `url` for the legacy API. Evaluated at the first import.
import * as legacy from 'url/';

import { notAvailable } from './not-available.ts';

function nodeError<Kind extends Error>(error: Kind, code: string): Kind {
    return Object.assign(error, { code });
}

function toUrl(value: unknown): URL {
    if (value instanceof URL) return value;
    if (typeof value === 'string') return new URL(value);
    const text = 'The "path" argument must be of type string or an instance of URL.';
    throw nodeError(new TypeError(`${text} Received ${value === null ? 'null' : typeof value}`), 'ERR_INVALID_ARG_TYPE');
}

function fileURLToPath(value: unknown): string {
    const url = toUrl(value);
    if (url.protocol !== 'file:') {
        throw nodeError(new TypeError('The URL must be of scheme file'), 'ERR_INVALID_URL_SCHEME');
    }
    if (url.hostname !== '') {
        throw nodeError(new TypeError('File URL host must be "localhost" or empty on linux'), 'ERR_INVALID_FILE_URL_HOST');
    }
    if (/%2f/i.test(url.pathname)) {
        throw nodeError(new TypeError('File URL path must not include encoded / characters'), 'ERR_INVALID_FILE_URL_PATH');
    }
    return decodeURIComponent(url.pathname);
}

/** What `http.request` takes, of a URL. */
function urlToHttpOptions(url: URL): Record<string, unknown> {
    const { hostname, pathname, port, username, password, search } = url;
    const options: Record<string, unknown> = {
        __proto__: null,
        ...url,
        protocol: url.protocol,
        hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
        hash: url.hash,
        search,
        pathname,
        path: `${pathname}${search}`,
        href: url.href,
    };
    if (port !== '') options['port'] = Number(port);
    if (username || password) options['auth'] = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return options;
}

/** The host as the URL parser writes it; empty where it is none. */
function domainToASCII(domain: unknown): string {
    const text = String(domain);
    if (/[/?#@\\:]/.test(text)) return '';
    try {
        return new URL(`ws://${text}`).hostname;
    } catch {
        return '';
    }
}

function formatUrl(url: URL, options: { fragment?: boolean; search?: boolean; auth?: boolean; unicode?: boolean }): string {
    if (options.unicode) notAvailable('url', 'format with the option unicode')();
    const copy = new URL(url);
    if (options.fragment === false) copy.hash = '';
    if (options.search === false) copy.search = '';
    if (options.auth === false) copy.username = copy.password = '';
    return copy.href;
}

function format(value: unknown, options?: object): string {
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
        throw new TypeError(`The "urlObject" argument must be one of type object or string. Received ${typeof value}`);
    }
    return value instanceof URL ? formatUrl(value, options ?? {}) : legacy.format(value as never);
}

function invalidType(error: unknown): unknown {
    return error instanceof TypeError && !('code' in error) ? nodeError(error, 'ERR_INVALID_ARG_TYPE') : error;
}

/** Node's errors have codes. */
function coded<Args extends unknown[], Result>(call: (...args: Args) => Result): (...args: Args) => Result {
    const wrapped = (...args: Args): Result => {
        try {
            return call(...args);
        } catch (error) {
            throw invalidType(error);
        }
    };
    Object.defineProperty(wrapped, 'name', { value: call.name });
    return wrapped;
}

// The bundler renames the function.
Object.defineProperty(legacy.Url, 'name', { value: 'Url' });

export default {
    Url: legacy.Url,
    parse: coded(legacy.parse),
    resolve: coded(legacy.resolve),
    resolveObject: coded(legacy.resolveObject),
    format: coded(format),
    URL,
    URLSearchParams,
    domainToASCII,
    domainToUnicode: notAvailable('url', 'domainToUnicode'),
    pathToFileURL: notAvailable('url', 'pathToFileURL'),
    fileURLToPath,
    urlToHttpOptions,
};
