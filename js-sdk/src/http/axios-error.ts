// The error of a request: axios' shape, which authors know and Nango passes on.
import type { ProxyResponse } from '../types.ts';

type RequestConfig = ProxyResponse['config'];

/** What axios' own error holds. Recognised by `isAxiosError`, as everywhere. */
export class AxiosError extends Error {
    override name = 'AxiosError';
    readonly isAxiosError = true;
    /** Whether Nango's own API answered with it, and not a provider. */
    #ofNango = false;
    // Declared only: without an answer there is no property `response` at all.
    declare code?: string;
    declare status?: number;
    declare response?: ProxyResponse;
    config: RequestConfig;
    request: ProxyResponse['request'];

    constructor(message: string, code: string | null, config: RequestConfig, request: ProxyResponse['request']) {
        super(message);
        if (code !== null) {
            this.code = code;
        }
        this.config = config;
        this.request = request;
    }

    /** Marks an error as an answer of Nango's own API. */
    static ofNango(error: AxiosError): AxiosError {
        error.#ofNango = true;
        return error;
    }

    /** Whether `value` was marked: looks do not count. */
    static isOfNango(value: unknown): boolean {
        return typeof value === 'object' && value !== null && #ofNango in value && value.#ofNango;
    }

    /** A short form without the answer's body, as axios'. */
    toJSON(): Record<string, unknown> {
        return {
            message: this.message,
            name: this.name,
            stack: this.stack,
            config: this.config,
            code: this.code,
            status: this.status ?? null,
        };
    }
}

function codeOf(status: number): string | null {
    if (status >= 400 && status < 500) {
        return 'ERR_BAD_REQUEST';
    }
    return status >= 500 && status < 600 ? 'ERR_BAD_RESPONSE' : null;
}

/** An answer outside 2xx. */
export function statusError(response: ProxyResponse): AxiosError {
    const { status, config, request } = response;
    const error = new AxiosError(`Request failed with status code ${status}`, codeOf(status), config, request);
    error.status = status;
    error.response = response;
    return error;
}

/** No answer at all. `code` is the system's: `ECONNREFUSED`, …; and axios keeps the name of the system's error. */
export function networkError(code: string, message: string, config: RequestConfig): AxiosError {
    const error = new AxiosError(message, code, config, {});
    error.name = 'Error';
    return error;
}

/** An answer whose body was cut short (axios' own error) or cannot be unpacked (zlib's). The status is known. */
export function brokenBodyError(code: string, message: string, response: ProxyResponse): AxiosError {
    const error = new AxiosError(message, code, response.config, response.request);
    if (code !== 'ERR_BAD_RESPONSE') {
        error.name = 'Error';
    }
    error.status = response.status;
    error.response = response;
    return error;
}
