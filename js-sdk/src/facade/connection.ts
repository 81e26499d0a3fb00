// `nango.getConnection` and `nango.getToken`.
import { op_onevent_connection } from 'ext:core/ops';

import { RequestError } from '../http/request-error.ts';
import { failureError } from '../http/response.ts';
import { own } from '../own.ts';
import { DateNow, JSONParse, JSONStringify, ObjectDefineProperty, ObjectHasOwn, StringConstructor } from '../primordials.ts';
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

/** What a connection is read with. */
interface Wanted {
    /** Its access token is refreshed now. */
    refresh: boolean;
    /** It is shown with its refresh tokens. */
    refreshTokens: boolean;
    /** What was read before does not do. */
    fresh: boolean;
}

const AS_IT_IS: Wanted = { refresh: false, refreshTokens: false, fresh: false };

/** Nango's options. Each of them asks for a connection that was just read. */
function wantedOf(options: unknown): Wanted {
    if (typeof options !== 'object' || options === null) {
        return AS_IT_IS;
    }
    const refresh = own(options, 'forceRefresh') === true;
    const refreshTokens = own(options, 'refreshToken') === true;
    const fresh = refresh || refreshTokens || own(options, 'refreshGithubAppJwtToken') === true;
    return { refresh, refreshTokens, fresh };
}

/** What stands for credentials that are sealed: the name of the setting that seals them. */
function sealedBy(credentials: unknown): string | null {
    if (typeof credentials !== 'object' || credentials === null || !ObjectHasOwn(credentials, 'sealed_by')) {
        return null;
    }
    return StringConstructor((credentials as { sealed_by: unknown }).sealed_by);
}

function sealedError(setting: string): RequestError {
    return new RequestError('seal_credentials', `functions do not get the credentials: they are sealed by ${setting}`);
}

/** The connection, whose credentials are an error for whoever reads them where they are sealed. */
function connectionOf(json: string): Connection {
    const connection = JSONParse(json) as Connection;
    const setting = sealedBy(connection.credentials);
    if (setting !== null) {
        ObjectDefineProperty(connection, 'credentials', {
            get() {
                throw sealedError(setting);
            },
            // Whoever copies or prints the connection does not read them.
            enumerable: false,
            configurable: true,
        });
    }
    return connection;
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
        const wanted = wantedOf(options);
        if (known && DateNow() < known.until && !wanted.fresh) {
            return connectionOf(known.json);
        }
        const json = await this.#read(integration, connection, wanted);
        this.#remembered[key] = { json, until: DateNow() + REMEMBERED_MS };
        return connectionOf(json);
    }

    /** By the credentials' type, and never remembered. */
    async token(): Promise<unknown> {
        const { credentials } = JSONParse(await this.#read(null, null, AS_IT_IS)) as Partial<Connection>;
        if (typeof credentials !== 'object' || credentials === null) {
            throw new Error(
                'nango.getToken(): the connection has no credentials (a fixture says what it gives in `nango.getToken`)',
            );
        }
        const setting = sealedBy(credentials);
        if (setting !== null) {
            throw sealedError(setting);
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

    async #read(integration: string | null, connection: string | null, wanted: Wanted): Promise<string> {
        const answer = await op_onevent_connection(integration, connection, wanted.refresh, wanted.refreshTokens);
        if (answer.error !== null) {
            throw failureError(answer.error, connectionConfig(connection));
        }
        return answer.ok;
    }
}

function connectionConfig(connection: string | null): ProxyResponse['config'] {
    return { method: 'get', url: connection === null ? '/connections' : `/connections/${connection}` };
}
