// `nango.getConnection` and `nango.getToken`.
import { op_onevent_connection } from 'ext:core/ops';

import { failureError } from '../http/response.ts';
import { DateNow, JSONParse, JSONStringify } from '../primordials.ts';
import type { Connection, ProxyResponse } from '../types.ts';

/** How long a connection that was read is given again without asking (Nango's). */
const REMEMBERED_MS = 60_000;

interface Remembered {
    json: string;
    until: number;
}

function nameArgument(value: unknown, name: string): string | null {
    if (value === undefined || value === null) {
        return null;
    }
    if (typeof value !== 'string') {
        throw new Error(`${name} must be a string, not ${typeof value}`);
    }
    return value;
}

/** Options of Nango's that ask for a fresh connection. */
function wantsFresh(options: unknown): boolean {
    if (typeof options !== 'object' || options === null) {
        return false;
    }
    const { forceRefresh, refreshToken, refreshGithubAppJwtToken } = options as Record<string, unknown>;
    return forceRefresh === true || refreshToken === true || refreshGithubAppJwtToken === true;
}

/** The connections that one run has read. */
export class Connections {
    // Text, not objects: what a function does to its copy stays with it.
    #remembered: Record<string, Remembered> = Object.create(null) as Record<string, Remembered>;

    /** Forgets everything: metadata was written. */
    forget(): void {
        this.#remembered = Object.create(null) as Record<string, Remembered>;
    }

    async get(providerConfigKey?: unknown, connectionId?: unknown, options?: unknown): Promise<Connection> {
        const integration = nameArgument(providerConfigKey, 'providerConfigKey');
        const connection = nameArgument(connectionId, 'connectionId');
        const key = JSONStringify([integration, connection]);
        const known = this.#remembered[key];
        if (known && DateNow() < known.until && !wantsFresh(options)) {
            return JSONParse(known.json) as Connection;
        }
        const json = await this.#read(integration, connection);
        this.#remembered[key] = { json, until: DateNow() + REMEMBERED_MS };
        return JSONParse(json) as Connection;
    }

    /** By the credentials' type, and never remembered. */
    async token(): Promise<unknown> {
        const { credentials } = JSONParse(await this.#read(null, null)) as Partial<Connection>;
        if (typeof credentials !== 'object' || credentials === null) {
            throw new Error(
                'nango.getToken(): the connection has no credentials (a fixture says what it gives in `nango.getToken`)',
            );
        }
        switch (credentials['type']) {
            case 'OAUTH2':
                return credentials['access_token'];
            case 'OAUTH1':
                return {
                    oAuthToken: credentials['oauth_token'],
                    oAuthTokenSecret: credentials['oauth_token_secret'],
                };
            default:
                return credentials;
        }
    }

    async #read(integration: string | null, connection: string | null): Promise<string> {
        const answer = await op_onevent_connection(integration, connection);
        if (answer.error !== null) {
            throw failureError(answer.error, connectionConfig(connection));
        }
        return answer.ok;
    }
}

function connectionConfig(connection: string | null): ProxyResponse['config'] {
    return { method: 'get', url: connection === null ? '/connections' : `/connections/${connection}` };
}
