// What authors see of the members of `nango` beside requests, metadata and logs: names and shapes are Nango's.
import type * as z from 'zod';

import type { ProxyConfiguration, ProxyResponse } from './request-types.ts';

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
    url: { readonly href: string };
    /** Default GET. */
    method?: string;
    /** Nothing is added to them but the content type of a body. */
    headers?: Record<string, string>;
    /** Empty text is not sent. */
    body?: string;
}

/** The answer of `nango.uncontrolledFetch`: the global `Response`, where the project's types have it. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Found } } ? Found : any;

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
    readonly logger: { level: LogLevel | 'off' };
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
    getIntegration(options?: { include?: ('webhook' | 'credentials')[] }): Promise<Integration>;
    /** Where the provider sends its webhooks; `null` where nothing receives them. */
    getWebhookURL(): Promise<string | null | undefined>;
    /** Those of the run's environment. */
    getEnvironmentVariables(): Promise<EnvironmentVariable[] | null>;
    /** Runs an action and gives what it returned. */
    triggerAction<Input = unknown, Output = any>(
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
