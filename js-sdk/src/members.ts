// What authors see of the members of `nango` beside requests, metadata and logs: names and shapes are Nango's.
import type * as z from 'zod';

import type { LogLevel, ProxyConfiguration, ProxyResponse } from './types.ts';

/** How `nango.paginate` goes from page to page. What is left out is as the provider's template says. */
export interface PaginationConfiguration {
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
    on_page?: (page: { nextPageParam?: string | number | undefined; response: ProxyResponse<any> }) => Promise<void> | void;
    cursor_path_in_response?: string;
    cursor_name_in_request?: string;
    link_rel_in_response_header?: string;
    link_path_in_response_body?: string;
    offset_name_in_request?: string;
    /** Default 0. */
    offset_start_value?: number;
    /** Default `by-response-size`. */
    offset_calculation_method?: 'per-page' | 'by-response-size';
}

/** An integration, as Nango's API shows it. */
export interface Integration {
    unique_key: string;
    provider: string;
    display_name: string;
    /** `null`: onevent shows no logos. */
    logo: string | null;
    forward_webhooks: boolean;
    /** `null`: integrations are settings, which have no times. */
    created_at: string | null;
    updated_at: string | null;
    /** With `include: ['webhook']`. */
    webhook_url?: string | null;
    /** With `include: ['credentials']`. */
    credentials?: Record<string, any> | null;
}

/** A variable of the environment. */
export interface EnvironmentVariable {
    name: string;
    value: string;
}

/** What a function remembers from run to run: flat. */
export type Checkpoint = Record<string, string | number | boolean>;

/** The request of `nango.uncontrolledFetch`. */
export interface UncontrolledFetchOptions {
    url: { readonly href: string };
    /** Default GET. */
    method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
    headers?: Record<string, string>;
    body?: string;
}

/** The answer of `nango.uncontrolledFetch`: the global `Response`, where the project's types have it. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Found } } ? Found : any;

/** Members of `nango` that functions of every kind have. */
export interface NangoMembers {
    /** A number for the environment, the same for the same name. */
    readonly environmentId: number;
    readonly accountId: number;
    /** The run's id. */
    readonly activityLogId: string;
    readonly nangoConnectionId?: number | undefined;
    readonly scriptType: 'on-event' | 'action';
    /** Whether this is a dry run. */
    readonly isCLI: boolean;
    readonly logger: { level: LogLevel | 'off' };
    readonly syncConfig: Record<string, any>;
    readonly runnerFlags: Record<string, any>;
    readonly syncId?: string | undefined;
    readonly syncJobId?: number | undefined;

    /** Yields the items of page after page. */
    paginate<T = any>(
        config: Omit<ProxyConfiguration, 'endpoint'> & { endpoint: string; paginate?: PaginationConfiguration },
    ): AsyncGenerator<T[], undefined, void>;
    /** The run's integration; remembered for ten minutes. */
    getIntegration(options?: { include?: ('webhook' | 'credentials')[] }): Promise<Integration>;
    /** Where the provider sends its webhooks; `null` where nothing receives them. */
    getWebhookURL(): Promise<string | null | undefined>;
    getEnvironmentVariables(): Promise<EnvironmentVariable[] | null>;
    /** Runs an action and gives what it returned. */
    triggerAction<Output = any, Input = unknown>(
        providerConfigKey: string,
        connectionId: string,
        actionName: string,
        input?: Input,
    ): Promise<Output>;
    /** A request without the connection's credentials. */
    uncontrolledFetch(options: UncontrolledFetchOptions): Promise<FetchResponse>;
    /** Drops log lines below a level. */
    setLogger(options: { level: LogLevel | 'off' }): void;
    /** True when the lock is free, has expired, or is this run's already. Locks end with their run. */
    tryAcquireLock(options: { key: string; ttlMs: number }): Promise<boolean>;
    /** True only if this run held the lock. */
    releaseLock(options: { key: string }): Promise<boolean>;
    releaseAllLocks(): Promise<void>;
    /** `null` where there is none. */
    getCheckpoint<T = Checkpoint>(): Promise<T | null>;
    saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
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
