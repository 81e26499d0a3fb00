// What authors see of `nango`: names and shapes are Nango's.
import type * as z from 'zod';

import type { ActionError } from './errors/action-error.ts';
import type { NangoMembers } from './members.ts';

export type * from './members.ts';

/** When a function runs. */
export type OnEventName = 'post-connection-creation' | 'validate-connection' | 'pre-connection-deletion';

/** The metadata that a schema stands for; without a schema, or with `z.void()`, any object. */
export type MetadataOf<Schema extends z.ZodType> = Schema extends z.ZodVoid ? Record<string, unknown> : z.infer<Schema>;

/** The argument of `createOnEvent()`. */
export interface OnEventProps<Schema extends z.ZodType> {
    /** Which event runs the function. */
    event: OnEventName;
    /** For people. */
    description: string;
    /** The author's version of this function. */
    version?: string;
    /** The shape of the connection's metadata. Every write is checked against it. */
    metadata?: Schema;
    /** The shape of checkpoints. */
    checkpoint?: z.ZodType;
    /** The function itself. What it returns is ignored. */
    exec: (nango: NangoOnEvent<MetadataOf<Schema>>) => void | Promise<void>;
}

/** What `createOnEvent()` returns. */
export interface OnEventDefinition<Schema extends z.ZodType = z.ZodType> extends OnEventProps<Schema> {
    type: 'onEvent';
}

/** The argument of `createAction()`. */
export interface ActionProps<Input extends z.ZodType, Output extends z.ZodType, Schema extends z.ZodType> {
    /** For people. */
    description: string;
    /** The author's version of this function. */
    version?: string;
    /** What the action is called with. `exec` gets what the caller gave, checked but not transformed. */
    input: Input;
    /** What the action returns. */
    output: Output;
    /** The shape of the connection's metadata. Every write is checked against it. */
    metadata?: Schema;
    /** The shape of checkpoints. */
    checkpoint?: z.ZodType;
    /** Under which HTTP method and path a Nango server offers the action. */
    endpoint?: { method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'; path: string; group?: string };
    /** The scopes that it needs. */
    scopes?: string[];
    /** The action itself. Its caller gets what it returns, as JSON. */
    exec: (
        nango: NangoAction<MetadataOf<Schema>>,
        input: z.infer<Input>,
    ) => z.infer<Output> | Promise<z.infer<Output>>;
}

/** What `createAction()` returns. */
export interface ActionDefinition<
    Input extends z.ZodType = z.ZodType,
    Output extends z.ZodType = z.ZodType,
    Schema extends z.ZodType = z.ZodType,
> extends ActionProps<Input, Output, Schema> {
    type: 'action';
}

/** The first argument of an action's `exec`. */
export type NangoAction<Metadata = Record<string, unknown>> = NangoOnEvent<Metadata>;

/** A request to the provider, with the connection's credentials. */
export interface ProxyConfiguration {
    /** Path under the provider's base URL, or an absolute URL that starts with it. */
    endpoint: string;
    /** Default GET. */
    method?: string;
    /** They override the provider's. */
    headers?: Record<string, string | number | boolean | null | undefined>;
    /** The query: text, or names and values. `null` and `undefined` are left out, arrays are joined with commas. */
    params?: string | Record<string, unknown>;
    /** The body of POST, PUT, PATCH and DELETE. */
    data?: unknown;
    /** Extra attempts. Default 0. */
    retries?: number;
    /** More statuses to retry on. */
    retryOn?: number[] | null;
    /** Headers of an answer that say when to try again; they come before the provider's own. */
    retryHeader?: { at?: string; after?: string };
    /** Replaces the provider's base URL. */
    baseUrlOverride?: string;
    /** Another integration. */
    providerConfigKey?: string;
    /** Another connection. */
    connectionId?: string;
    /** How the answer's body is wanted: JSON if it parses, text otherwise, by default. */
    responseType?: 'arraybuffer' | 'json' | 'text';
    /** Accepted; answers are always decompressed. */
    decompress?: boolean | string;
    /** Send the same headers after a redirect to another origin. */
    forwardHeadersOnRedirect?: boolean;
}

/** A request whose method is in the name of the member. */
export type RequestConfiguration = Omit<ProxyConfiguration, 'method'>;

/** Axios' answer. */
export interface ProxyResponse<T = unknown> {
    data: T;
    status: number;
    statusText: string;
    /** Names in lower case. */
    headers: Record<string, string>;
    config: Record<string, unknown>;
    request: Record<string, unknown>;
}

/** A connection, its credentials included. */
export interface Connection<Metadata = Record<string, unknown>> {
    id: number;
    connection_id: string;
    provider_config_key: string;
    provider: string;
    errors: { type: string; log_id: string }[];
    metadata: Metadata | null;
    connection_config: Record<string, unknown>;
    created_at: string;
    updated_at: string;
    credentials: Record<string, unknown>;
}

/** The level of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The argument of `exec`. */
// Answers are `any` by default, as axios' are: authors read `response.data.id` without a type argument.
export interface NangoOnEvent<Metadata = Record<string, unknown>> extends NangoMembers {
    readonly ActionError: typeof ActionError;
    readonly connectionId: string;
    readonly providerConfigKey: string;
    readonly provider: string;
    readonly environmentName: string;
    proxy<T = any>(config: ProxyConfiguration): Promise<ProxyResponse<T>>;
    get<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    post<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    put<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    patch<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    delete<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** Remembered for a minute, unless an option asks for a fresh one. */
    getConnection(
        providerConfigKey?: string,
        connectionId?: string,
        options?: { forceRefresh?: boolean; refreshToken?: boolean; refreshGithubAppJwtToken?: boolean },
    ): Promise<Connection<Metadata>>;
    getToken(): Promise<any>;
    /** `null` where none was ever written. */
    getMetadata<T = Metadata>(): Promise<T | null>;
    /** Replaces the whole object. */
    setMetadata(metadata: Metadata): Promise<ProxyResponse>;
    /** Replaces the top-level keys that are given. */
    updateMetadata(metadata: Partial<Metadata>): Promise<ProxyResponse>;
    log(...args: any[]): Promise<void>;
}
