// The module `nango`, for editors and compilers. Written by `npm run types` from js-sdk/src: change the sources.
//
// Copy this file or point to it; one line in the "compilerOptions" of tsconfig.json makes `import … from 'nango'` find it:
//
//     "paths": { "nango": ["./nango.d.ts"] }

import type * as z from 'zod';

/** Declares an event function. The result is the file's default export. */
export declare function createOnEvent<const Schema extends z.ZodType = z.ZodVoid, const Saved extends z.ZodType = z.ZodVoid>(props: OnEventProps<Schema, Saved>): OnEventDefinition<Schema, Saved>;

/** Declares an action. The result is the file's default export. */
export declare function createAction<const Input extends z.ZodType = z.ZodVoid, const Output extends z.ZodType = z.ZodVoid, const Schema extends z.ZodType = z.ZodVoid, const Saved extends z.ZodType = z.ZodVoid>(props: ActionProps<Input, Output, Schema, Saved>): ActionDefinition<Input, Output, Schema, Saved>;

/** Syncs are another kind of function: a project may have them, and onevent lists them as unsupported. */
export declare function createSync<const Models extends SyncModels, const Schema extends z.ZodType = z.ZodVoid>(props: SyncProps<Models, Schema>): SyncDefinition<Models, Schema>;

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
export interface OnEventDefinition<Schema extends z.ZodType = z.ZodType, Saved extends z.ZodType = z.ZodVoid> extends OnEventProps<Schema, Saved> {
    /** Which kind of function this is. */
    type: 'onEvent';
}

/** The argument of `createAction()`. */
export interface ActionProps<Input extends z.ZodType, Output extends z.ZodType, Schema extends z.ZodType, Saved extends z.ZodType = z.ZodVoid> {
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
    endpoint?: {
        method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
        path: string;
        group?: string;
    };
    /** The scopes that it needs. */
    scopes?: string[];
    /** The action itself. Its caller gets what it returns, as JSON. `run` is onevent's: Nango calls `exec` without it. */
    exec: (nango: NangoAction<MetadataOf<Schema>, CheckpointOf<Saved>>, input: z.infer<Input>, run: FunctionRun) => z.infer<Output> | Promise<z.infer<Output>>;
}

/** What `createAction()` returns. */
export interface ActionDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType, Schema extends z.ZodType = z.ZodType, Saved extends z.ZodType = z.ZodVoid> extends ActionProps<Input, Output, Schema, Saved> {
    /** Which kind of function this is. */
    type: 'action';
}

/** The first argument of an action's `exec`. */
export type NangoAction<Metadata = Record<string, unknown>, Saved = Checkpoint> = NangoOnEvent<Metadata, Saved>;

/** `OnEventProps` by the name that Nango's package gives it. */
export type CreateOnEventProps<Schema extends z.ZodType = z.ZodVoid, Saved extends z.ZodType = z.ZodVoid> = OnEventProps<Schema, Saved>;

/** `OnEventDefinition` by the name that Nango's package gives it. */
export type CreateOnEventResponse<Schema extends z.ZodType = z.ZodVoid, Saved extends z.ZodType = z.ZodVoid> = OnEventDefinition<Schema, Saved>;

/** `ActionProps` by the name that Nango's package gives it. */
export type CreateActionProps<Input extends z.ZodType, Output extends z.ZodType, Schema extends z.ZodType = z.ZodVoid, Saved extends z.ZodType = z.ZodVoid> = ActionProps<Input, Output, Schema, Saved>;

/** `ActionDefinition` by the name that Nango's package gives it. */
export type CreateActionResponse<Input extends z.ZodType, Output extends z.ZodType, Schema extends z.ZodType = z.ZodVoid, Saved extends z.ZodType = z.ZodVoid> = ActionDefinition<Input, Output, Schema, Saved>;

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
    errors: {
        type: string;
        log_id: string;
    }[];
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
    getConnection(providerConfigKey?: string, connectionId?: string, options?: {
        forceRefresh?: boolean;
        refreshToken?: boolean;
        refreshGithubAppJwtToken?: boolean;
    }): Promise<Connection<MetadataOrAny<Metadata>>>;
    /** The access token of OAuth 2, the token and its secret of OAuth 1, otherwise all credentials. */
    getToken(): Promise<any>;
    /** `null` where none was ever written. */
    getMetadata<T = Metadata>(): Promise<T | null>;
    /** Replaces the whole object. */
    setMetadata(metadata: Metadata): Promise<ProxyResponse>;
    /** Replaces the top-level keys that are given. */
    updateMetadata(metadata: Partial<Metadata>): Promise<ProxyResponse>;
    /** Writes a line: a message and its level, `info` without one. */
    log(message: any, options?: {
        level: LogLevel;
    }): Promise<void>;
    /** A message, what belongs to it, and a level. */
    log(message: any, meta?: any, options?: {
        level: LogLevel;
    }): Promise<void>;
    /** Whatever is there; what comes after the second value and before the level is dropped. */
    log(...args: any[]): Promise<void>;
}

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
    retryHeader?: {
        at?: string;
        after?: string;
    };
    /** Replaces the provider's base URL. */
    baseUrlOverride?: string;
    /** Another integration. */
    providerConfigKey?: string;
    /** Another connection. */
    connectionId?: string;
    /**
     * How the answer's body is wanted: JSON if it parses, text otherwise, by default. As in axios on Node, `arraybuffer`
     * is a `Buffer`, `stream` is a readable stream, and `blob` and `document` are text.
     */
    responseType?: 'arraybuffer' | 'blob' | 'document' | 'json' | 'stream' | 'text';
    /** Accepted; answers are always decompressed. */
    decompress?: boolean | string;
    /** Send the same headers after a redirect to another origin. */
    forwardHeadersOnRedirect?: boolean;
    /** How `nango.paginate` goes from page to page; other calls ignore it. */
    paginate?: PaginationConfiguration;
}

/** A request whose method is in the name of the member. */
export type RequestConfiguration = Omit<ProxyConfiguration, 'method'>;

/** Axios' answer. */
export interface ProxyResponse<T = unknown> {
    /** The body: parsed JSON, or as `responseType` asked. */
    data: T;
    /** 200 to 299: any other status throws. */
    status: number;
    /** The words beside the status. */
    statusText: string;
    /** Names in lower case. */
    headers: Record<string, string>;
    /** The request's settings. */
    config: Record<string, unknown>;
    /** The request as it was sent, without its secrets. */
    request: Record<string, unknown>;
}

/** How `nango.paginate` goes from page to page. What is left out is as the provider's template says. */
export interface PaginationConfiguration {
    /** Where the next page is: behind a cursor, behind a link, at an offset. */
    type?: 'cursor' | 'link' | 'offset';
    /** Page size. */
    limit?: number;
    /** The name under which the page size is sent; required with `limit`. */
    limit_name_in_request?: string;
    /** Where the items are in the answer: `data.items`. Without it the whole body. */
    response_path?: string;
    /** Send the parameters in the body. Default: for POST, PUT and PATCH. */
    in_body?: boolean;
    /** Called after each page. */
    on_page?: (page: {
        nextPageParam?: string | number | undefined;
        response: ProxyResponse<any>;
    }) => Promise<void> | void;
    /** Where the next cursor is in the answer; required by `cursor`. */
    cursor_path_in_response?: string;
    /** The name under which the cursor is sent; required by `cursor`. */
    cursor_name_in_request?: string;
    /** The relation of the next page in the header `Link`; `link` requires it or a path in the body. */
    link_rel_in_response_header?: string;
    /** Where the next link is in the answer's body. */
    link_path_in_response_body?: string;
    /** The name under which the offset is sent; required by `offset`. */
    offset_name_in_request?: string;
    /** Default 0. */
    offset_start_value?: number;
    /** Default `by-response-size`. */
    offset_calculation_method?: 'per-page' | 'by-response-size';
}

/** The level of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** An integration, as Nango's API shows it. */
export interface Integration {
    /** Its name. */
    unique_key: string;
    /** Its provider. */
    provider: string;
    /** Its name for people. */
    display_name: string;
    /** `null`: onevent shows no logos. */
    logo: string | null;
    /** Whether webhooks are passed on to the application. */
    forward_webhooks: boolean;
    /** `null`: integrations are settings, which have no times. */
    created_at: string | null;
    /** As `created_at`. */
    updated_at: string | null;
    /** With `include: ['webhook']`. */
    webhook_url?: string | null;
    /** With `include: ['credentials']`. */
    credentials?: Record<string, any> | null;
}

/** A variable of the environment. */
export interface EnvironmentVariable {
    /** Its name. */
    name: string;
    /** Its value, which is always text. */
    value: string;
}

/** What a function remembers from run to run: flat. */
export type Checkpoint = Record<string, string | number | boolean>;

/** The request of `nango.uncontrolledFetch`. */
export interface UncontrolledFetchOptions {
    /** A `URL` object; text is refused. */
    url: {
        readonly href: string;
    };
    /** Default GET. */
    method?: string;
    /** Nothing is added to them but the content type of a body. */
    headers?: Record<string, string>;
    /** Empty text is not sent. */
    body?: string;
}

/** The answer of `nango.uncontrolledFetch`: the global `Response`, where the project's types have it. */
export type FetchResponse = typeof globalThis extends {
    Response: {
        prototype: infer Found;
    };
} ? Found : any;

/** Members of `nango` that functions of every kind have. */
export interface NangoMembers<Saved = Checkpoint> {
    /** A number for the environment, the same for the same name. */
    readonly environmentId: number;
    /** A number for the account. */
    readonly accountId: number;
    /** The run's id. */
    readonly activityLogId: string;
    /** The connection's number, where it has one. */
    readonly nangoConnectionId?: number | undefined;
    /** Which kind of function runs. */
    readonly scriptType: 'on-event' | 'action';
    /** Whether this is a dry run. */
    readonly isCLI: boolean;
    /** The level below which log lines are dropped. */
    readonly logger: {
        level: LogLevel | 'off';
    };
    /** The function, in the shape in which Nango knows a sync. */
    readonly syncConfig: Record<string, any>;
    /** Settings of Nango's runner. */
    readonly runnerFlags: Record<string, any>;
    /** Only syncs have one. */
    readonly syncId?: string | undefined;
    /** Only syncs have one. */
    readonly syncJobId?: number | undefined;
    /** Yields the items of page after page. */
    paginate<T = any>(config: ProxyConfiguration): AsyncGenerator<T[], undefined, void>;
    /** The run's integration; remembered for ten minutes. */
    getIntegration(options?: {
        include?: ('webhook' | 'credentials')[];
    }): Promise<Integration>;
    /** Where the provider sends its webhooks; `null` where nothing receives them. */
    getWebhookURL(): Promise<string | null | undefined>;
    /** Those of the run's environment. */
    getEnvironmentVariables(): Promise<EnvironmentVariable[] | null>;
    /** Runs an action and gives what it returned. */
    triggerAction<Input = unknown, Output = any>(providerConfigKey: string, connectionId: string, actionName: string, input?: Input): Promise<Output>;
    /** A request without the connection's credentials. */
    uncontrolledFetch(options: UncontrolledFetchOptions): Promise<FetchResponse>;
    /** Drops log lines below a level. */
    setLogger(options: {
        level: LogLevel | 'off';
    }): void;
    /** True when the lock is free, has expired, or is this run's already. Locks end with their run. */
    tryAcquireLock(options: {
        key: string;
        ttlMs: number;
    }): Promise<boolean>;
    /** True only if this run held the lock. */
    releaseLock(options: {
        key: string;
    }): Promise<boolean>;
    /** Releases what this run holds. */
    releaseAllLocks(): Promise<void>;
    /** `null` where there is none. */
    getCheckpoint<T = Saved>(): Promise<T | null>;
    /** Replaces the checkpoint; throws if somebody else wrote it since this run read it. */
    saveCheckpoint(checkpoint: Saved): Promise<void>;
    /** Afterwards there is none. */
    clearCheckpoint(): Promise<void>;
    /** What zod makes of `input`; throws an `ActionError` if it does not match. */
    zodValidateInput<Schema extends z.ZodType>(options: {
        zodSchema: Schema;
        input: unknown;
    }): Promise<z.ZodSafeParseSuccess<z.infer<Schema>>>;
    /** @deprecated Use `setMetadata`. */
    setFieldMapping(fieldMapping: Record<string, string>): Promise<ProxyResponse>;
    /** @deprecated Use `getMetadata`. */
    getFieldMapping(): Promise<Record<string, string>>;
    /** Only syncs have them: throws. */
    getFlowAttributes<T = any>(): T | null;
}

/** The schemas of a sync's records, by the name of the model. */
export type SyncModels = Record<string, z.ZodObject>;

/** A record of one model. */
type RecordOf<Models extends SyncModels, Name extends keyof Models> = z.infer<Models[Name]>;

/** The argument of `createSync()`. */
export interface SyncProps<Models extends SyncModels, Schema extends z.ZodType> {
    /** For people. */
    description: string;
    /** The author's version of this function. */
    version?: string;
    /** How often a Nango server runs the sync: `every hour`. */
    frequency?: string;
    /** Whether a Nango server starts the sync with the connection. */
    autoStart?: boolean;
    /** Whether every run fetches everything. */
    syncType?: 'full' | 'incremental';
    /** Whether records that a full run did not see are deleted. */
    trackDeletes?: boolean;
    /** The shapes of the records. */
    models: Models;
    /** The shape of the connection's metadata. */
    metadata?: Schema;
    /** The shape of checkpoints. */
    checkpoint?: z.ZodType;
    /** Under which HTTP methods and paths a Nango server offers the records. */
    endpoints?: {
        method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
        path: string;
        group?: string;
    }[];
    /** The scopes that it needs. */
    scopes?: string[];
    /** Which webhooks of the provider the sync handles. */
    webhookSubscriptions?: string[];
    /** The sync itself. */
    exec: (nango: NangoSync<MetadataOf<Schema>, Models>) => void | Promise<void>;
    /** Called with the webhooks that the sync subscribes to. */
    onWebhook?: (nango: NangoSync<MetadataOf<Schema>, Models>, payload: any) => void | Promise<void>;
}

/** What `createSync()` returns. */
export interface SyncDefinition<Models extends SyncModels = SyncModels, Schema extends z.ZodType = z.ZodType> extends SyncProps<Models, Schema> {
    /** Which kind of function this is. */
    type: 'sync';
}

/** `SyncProps` by the name that Nango's package gives it. */
export type CreateSyncProps<Models extends SyncModels, Schema extends z.ZodType = z.ZodVoid> = SyncProps<Models, Schema>;

/** `SyncDefinition` by the name that Nango's package gives it. */
export type CreateSyncResponse<Models extends SyncModels, Schema extends z.ZodType = z.ZodVoid> = SyncDefinition<Models, Schema>;

/** The first argument of a sync's `exec`. Event functions and actions have none of what it adds. */
export interface NangoSync<Metadata = Record<string, unknown>, Models extends SyncModels = SyncModels> extends Omit<NangoOnEvent<Metadata>, 'scriptType'> {
    /** Which kind of function this is. */
    readonly scriptType: 'sync';
    /** When the sync last ran with success. */
    readonly lastSyncDate?: Date;
    /** Stores records. */
    batchSave<Name extends keyof Models>(records: RecordOf<Models, Name>[], model: Name): Promise<boolean>;
    /** Changes records that exist, by their ids. */
    batchUpdate<Name extends keyof Models>(records: Partial<RecordOf<Models, Name>>[], model: Name): Promise<boolean>;
    /** Deletes records, by their ids. */
    batchDelete<Name extends keyof Models>(records: Partial<RecordOf<Models, Name>>[], model: Name): Promise<boolean>;
    /** Begins to note which records a run sees. */
    trackDeletesStart<Name extends keyof Models>(model: Name): Promise<void>;
    /** Deletes the records that this run has not seen. */
    trackDeletesEnd<Name extends keyof Models>(model: Name): Promise<{
        deletedKeys: string[];
    }>;
    /** Deletes the records that this run has not seen. */
    deleteRecordsFromPreviousExecutions<Name extends keyof Models>(model: Name): Promise<{
        deletedKeys: string[];
    }>;
    /** Records by their ids. */
    getRecordsByIds<Id extends string | number, Name extends keyof Models>(ids: Id[], model: Name): Promise<Map<Id, RecordOf<Models, Name>>>;
}

/**
 * Thrown by a function to reject: a `validate-connection` function rejects the credentials with it.
 *
 * The message that people see is the payload, if it is text, or the payload's `message`.
 */
export declare class ActionError<T = unknown> extends Error {
    #private;
    /** By which Nango's API knows such errors. */
    readonly type = "action_script_runtime_error";
    /** What the function gave; absent where that is falsy. */
    payload?: T;
    /** `payload`: text, or an object that a program can read. */
    constructor(payload?: T);
    /** Whether this very class, or one that extends it, made `value`: looks do not count. */
    static is(value: unknown): value is ActionError;
}
