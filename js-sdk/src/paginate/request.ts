// The requests of one pagination: the caller's configuration, which is never written to, with what the pages add.
import { isSearchParams, searchPairs } from '../http/body.ts';
import { EncodeURIComponent, ObjectDefineProperty, ObjectKeys, StringConstructor } from '../primordials.ts';
import type { PaginationOptions } from './options.ts';
import { withPath } from './path.ts';

export type Config = Record<string, unknown>;

function setOwn(target: Config, key: string, value: unknown): void {
    ObjectDefineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A query given as text stays text. */
function appended(params: string, name: string, value: unknown): string {
    const pair = `${EncodeURIComponent(name)}=${EncodeURIComponent(StringConstructor(value))}`;
    return params === '' ? pair : `${params}&${pair}`;
}

function withParam(params: unknown, name: string, value: unknown): unknown {
    if (typeof params === 'string') {
        return appended(params, name, value);
    }
    const copy: Config = {};
    if (isSearchParams(params)) {
        for (const [key, text] of searchPairs(params)) {
            setOwn(copy, key, text);
        }
    } else if (typeof params === 'object' && params !== null) {
        for (const key of ObjectKeys(params)) {
            setOwn(copy, key, (params as Config)[key]);
        }
    }
    setOwn(copy, name, value);
    return copy;
}

/** A copy of the configuration with one more parameter, in the query or in the body. */
export function withParameter(config: Config, options: PaginationOptions, name: string, value: unknown): Config {
    if (!options.inBody) {
        return { ...config, params: withParam(config['params'], name, value) };
    }
    const data = config['data'] ?? {};
    if (typeof data !== 'object') {
        throw new Error(`paginate puts ${name} into the body: data must be an object, not ${typeof data}`);
    }
    return { ...config, data: withPath(data, name, value) };
}

/** The configuration of every page: the caller's without `paginate`, with the page size. */
export function pageConfig(config: Config, options: PaginationOptions): Config {
    const { paginate: _, ...rest } = config;
    const base = { __proto__: null, ...rest } as unknown as Config;
    const { limit } = options;
    return limit === null || limit.name === null ? base : withParameter(base, options, limit.name, limit.value);
}
