// What authors see of syncs: their files compile, and what they share with other functions is typed.
// onevent does not run syncs; it lists them as unsupported.
import type * as z from 'zod';

import type { MetadataOf, NangoOnEvent } from './types.ts';

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
    endpoints?: { method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'; path: string; group?: string }[];
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
export interface SyncDefinition<Models extends SyncModels = SyncModels, Schema extends z.ZodType = z.ZodType>
    extends SyncProps<Models, Schema> {
    /** Which kind of function this is. */
    type: 'sync';
}

/** `SyncProps` by the name that Nango's package gives it. */
export type CreateSyncProps<Models extends SyncModels, Schema extends z.ZodType = z.ZodVoid> = SyncProps<Models, Schema>;

/** `SyncDefinition` by the name that Nango's package gives it. */
export type CreateSyncResponse<Models extends SyncModels, Schema extends z.ZodType = z.ZodVoid> = SyncDefinition<
    Models,
    Schema
>;

/** The first argument of a sync's `exec`. Event functions and actions have none of what it adds. */
export interface NangoSync<Metadata = Record<string, unknown>, Models extends SyncModels = SyncModels>
    extends Omit<NangoOnEvent<Metadata>, 'scriptType'> {
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
    trackDeletesEnd<Name extends keyof Models>(model: Name): Promise<{ deletedKeys: string[] }>;
    /** Deletes the records that this run has not seen. */
    deleteRecordsFromPreviousExecutions<Name extends keyof Models>(model: Name): Promise<{ deletedKeys: string[] }>;
    /** Records by their ids. */
    getRecordsByIds<Id extends string | number, Name extends keyof Models>(
        ids: Id[],
        model: Name,
    ): Promise<Map<Id, RecordOf<Models, Name>>>;
}
