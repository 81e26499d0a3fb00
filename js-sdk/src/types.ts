// What authors see of `nango`: names and shapes are Nango's.
import type * as z from 'zod';

import type { ActionError } from './errors/action-error.ts';
import type { Checkpoint, LogLevel, NangoMembers } from './members.ts';
import type { ProxyConfiguration, ProxyResponse, RequestConfiguration } from './request-types.ts';

export type * from './members.ts';
export type * from './request-types.ts';

/** When a function runs. */
export type OnEventName = 'post-connection-creation' | 'validate-connection' | 'pre-connection-deletion';

/** The metadata that a schema stands for; `never` without a schema, and with `z.void()`. */
export type MetadataOf<Schema extends z.ZodType> = Schema extends z.ZodVoid ? never : z.infer<Schema>;

/** The metadata of a connection that was read without a schema: any object. */
export type MetadataOrAny<Metadata> = [Metadata] extends [never] ? Record<string, any> : Metadata;

/** The checkpoint that a schema stands for; any flat record without a schema. */
export type CheckpointOf<Saved extends z.ZodType> = Saved extends z.ZodVoid ? Checkpoint : z.infer<Saved>;

/** What a function may know of its run. onevent's; Nango has no such thing. */
export interface FunctionRun {
    /** 1 for the first attempt. */
    readonly attempt: number;
    /** The same in every attempt and replay: what a provider can tell a repeated request by. */
    readonly idempotencyKey: string;
    /** Whether somebody replayed the event after it had failed for good. */
    readonly isReplay: boolean;
}

/** The same of an event function: the second argument of `exec`. onevent's; Nango has no such thing. */
export interface OnEventRun extends FunctionRun {
    /** The event that runs the function. */
    readonly event: OnEventName;
    /** What happens to the connection around the run. */
    readonly operation: 'creation' | 'override' | 'deletion';
}

/** The argument of `createOnEvent()`. */
export interface OnEventProps<Schema extends z.ZodType, Saved extends z.ZodType = z.ZodVoid> {
    /** Which event runs the function. */
    event: OnEventName;
    /** For people. */
    description: string;
    /** The author's version of this function. */
    version?: string;
    /** The shape of the connection's metadata. Every write is checked against it. */
    metadata?: Schema;
    /** The shape of checkpoints. */
    checkpoint?: Saved;
    /** The function itself. What it returns is ignored. `run` is onevent's: Nango calls `exec` without it. */
    exec: (nango: NangoOnEvent<MetadataOf<Schema>, CheckpointOf<Saved>>, run: OnEventRun) => void | Promise<void>;
}

/** What `createOnEvent()` returns. */
export interface OnEventDefinition<Schema extends z.ZodType = z.ZodType, Saved extends z.ZodType = z.ZodVoid>
    extends OnEventProps<Schema, Saved> {
    /** Which kind of function this is. */
    type: 'onEvent';
}

/** The argument of `createAction()`. */
export interface ActionProps<
    Input extends z.ZodType,
    Output extends z.ZodType,
    Schema extends z.ZodType,
    Saved extends z.ZodType = z.ZodVoid,
> {
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
    checkpoint?: Saved;
    /** Under which HTTP method and path a Nango server offers the action. */
    endpoint?: { method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'; path: string; group?: string };
    /** The scopes that it needs. */
    scopes?: string[];
    /** The action itself. Its caller gets what it returns, as JSON. `run` is onevent's: Nango calls `exec` without it. */
    exec: (
        nango: NangoAction<MetadataOf<Schema>, CheckpointOf<Saved>>,
        input: z.infer<Input>,
        run: FunctionRun,
    ) => z.infer<Output> | Promise<z.infer<Output>>;
}

/** What `createAction()` returns. */
export interface ActionDefinition<
    Input extends z.ZodType = z.ZodType,
    Output extends z.ZodType = z.ZodType,
    Schema extends z.ZodType = z.ZodType,
    Saved extends z.ZodType = z.ZodVoid,
> extends ActionProps<Input, Output, Schema, Saved> {
    /** Which kind of function this is. */
    type: 'action';
}

/** The first argument of an action's `exec`. */
export type NangoAction<Metadata = Record<string, unknown>, Saved = Checkpoint> = NangoOnEvent<Metadata, Saved>;

/** `OnEventProps` by the name that Nango's package gives it. */
export type CreateOnEventProps<
    Schema extends z.ZodType = z.ZodVoid,
    Saved extends z.ZodType = z.ZodVoid,
> = OnEventProps<Schema, Saved>;

/** `OnEventDefinition` by the name that Nango's package gives it. */
export type CreateOnEventResponse<
    Schema extends z.ZodType = z.ZodVoid,
    Saved extends z.ZodType = z.ZodVoid,
> = OnEventDefinition<Schema, Saved>;

/** `ActionProps` by the name that Nango's package gives it. */
export type CreateActionProps<
    Input extends z.ZodType,
    Output extends z.ZodType,
    Schema extends z.ZodType = z.ZodVoid,
    Saved extends z.ZodType = z.ZodVoid,
> = ActionProps<Input, Output, Schema, Saved>;

/** `ActionDefinition` by the name that Nango's package gives it. */
export type CreateActionResponse<
    Input extends z.ZodType,
    Output extends z.ZodType,
    Schema extends z.ZodType = z.ZodVoid,
    Saved extends z.ZodType = z.ZodVoid,
> = ActionDefinition<Input, Output, Schema, Saved>;

/** A connection, its credentials included. */
export interface Connection<Metadata = Record<string, unknown>> {
    /** Its number. */
    id: number;
    /** Its name, which is unique within the integration. */
    connection_id: string;
    /** Its integration. */
    provider_config_key: string;
    /** The integration's provider. */
    provider: string;
    /** What is wrong with it: `auth` after a rejected reconnect. */
    errors: { type: string; log_id: string }[];
    /** `null` where none was ever written. */
    metadata: Metadata | null;
    /** What the provider's template needs to know of the account: `subdomain`, `instance_url`. */
    connection_config: Record<string, any>;
    /** ISO 8601. */
    created_at: string;
    /** ISO 8601. */
    updated_at: string;
    /** `type` says which fields there are: `access_token`, `apiKey`, `username`, … */
    credentials: Record<string, any>;
}

/** The argument of `exec`. */
// Answers are `any` by default, as axios' are: authors read `response.data.id` without a type argument.
export interface NangoOnEvent<Metadata = Record<string, unknown>, Saved = Checkpoint> extends NangoMembers<Saved> {
    /** The class of the error by which a function says no: `throw new nango.ActionError({ message: 'no' })`. */
    readonly ActionError: typeof ActionError;
    /** The connection's name. */
    readonly connectionId: string;
    /** The connection's integration. */
    readonly providerConfigKey: string;
    /** The integration's provider. */
    readonly provider: string;
    /** The environment: `dev`, `prod`. */
    readonly environmentName: string;
    /** A request to the provider with the connection's credentials. A status outside 200 to 299 throws, as axios does. */
    proxy<T = any>(config: ProxyConfiguration): Promise<ProxyResponse<T>>;
    /** `proxy` with GET. */
    get<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** `proxy` with POST. */
    post<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** `proxy` with PUT. */
    put<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** `proxy` with PATCH. */
    patch<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** `proxy` with DELETE. */
    delete<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** Remembered for a minute, unless an option asks for a fresh one. */
    getConnection(
        providerConfigKey?: string,
        connectionId?: string,
        options?: { forceRefresh?: boolean; refreshToken?: boolean; refreshGithubAppJwtToken?: boolean },
    ): Promise<Connection<MetadataOrAny<Metadata>>>;
    /** The access token of OAuth 2, the token and its secret of OAuth 1, otherwise all credentials. */
    getToken(): Promise<any>;
    /** `null` where none was ever written. */
    getMetadata<T = Metadata>(): Promise<T | null>;
    /** Replaces the whole object. */
    setMetadata(metadata: Metadata): Promise<ProxyResponse>;
    /** Replaces the top-level keys that are given. */
    updateMetadata(metadata: Partial<Metadata>): Promise<ProxyResponse>;
    /** Writes a line: a message and its level, `info` without one. */
    log(message: any, options?: { level: LogLevel }): Promise<void>;
    /** A message, what belongs to it, and a level. */
    log(message: any, meta?: any, options?: { level: LogLevel }): Promise<void>;
    /** Whatever is there; what comes after the second value and before the level is dropped. */
    log(...args: any[]): Promise<void>;
}
