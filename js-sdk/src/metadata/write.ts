// `nango.getMetadata`, `nango.setMetadata` and `nango.updateMetadata`.
import { op_onevent_metadata, op_onevent_write_metadata } from 'ext:core/ops';

import { InvalidMetadataError } from '../errors/invalid-metadata.ts';
import { apiResponse, failureError } from '../http/response.ts';
import { toJSONText } from '../json/well-formed.ts';
import type { OpResult, RunFacts, WriteResult } from '../ops.ts';
import { ArrayIsArray, JSONParse, ObjectDefineProperty, ObjectHasOwn, ObjectKeys } from '../primordials.ts';
import type { ProxyResponse } from '../types.ts';
import { type MetadataSchema, violationsOf } from './check.ts';

/** A compare-and-set loses only when another write won; this many in a row mean something else is wrong. */
const MAX_UPDATE_ATTEMPTS = 100;
const URL = '/connections/metadata';

type JsonObject = Record<string, unknown>;

export class MetadataConflictError extends Error {
    readonly code = 'metadata_conflict';
}

function objectArgument(value: unknown, member: string): JsonObject {
    if (!value) {
        throw new Error(`nango.${member}() needs an object: metadata is required`);
    }
    if (typeof value !== 'object' || ArrayIsArray(value)) {
        const got = ArrayIsArray(value) ? 'an array' : `a ${typeof value}`;
        throw new Error(`nango.${member}() needs an object, not ${got}`);
    }
    return value as JsonObject;
}

/** The JSON form of an object. It must be an object again: `toJSON` may have made it something else. */
function objectText(value: JsonObject, member: string): string {
    const text = toJSONText(value);
    if (text === undefined || text[0] !== '{') {
        throw new Error(`nango.${member}() needs an object that is an object in JSON too`);
    }
    return text;
}

function setOwn(target: JsonObject, key: string, value: unknown): void {
    ObjectDefineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** `changes` over `stored`, key by key. A key without a JSON form, such as `undefined`, changes nothing. */
function merge(stored: JsonObject, changes: JsonObject, changesAsJson: JsonObject): JsonObject {
    const merged: JsonObject = {};
    for (const key of ObjectKeys(stored)) {
        setOwn(merged, key, stored[key]);
    }
    for (const key of ObjectKeys(changesAsJson)) {
        setOwn(merged, key, ObjectHasOwn(changes, key) ? changes[key] : changesAsJson[key]);
    }
    return merged;
}

function okOf<T>(answer: OpResult<T>, method: string): T {
    if (answer.error !== null) {
        throw failureError(answer.error, { method, url: URL });
    }
    return answer.ok;
}

/** The metadata of the run's own connection. */
export class Metadata {
    readonly #schema: MetadataSchema;
    readonly #facts: RunFacts;
    readonly #written: () => void;

    /** `written` is called after every write, successful or not. */
    constructor(schema: MetadataSchema, facts: RunFacts, written: () => void) {
        this.#schema = schema;
        this.#facts = facts;
        this.#written = written;
    }

    async get(): Promise<JsonObject | null> {
        return (await this.#read()).value;
    }

    /** Replaces the whole object. */
    async set(metadata: unknown): Promise<ProxyResponse> {
        const value = objectArgument(metadata, 'setMetadata');
        const json = objectText(value, 'setMetadata');
        await this.#check(value);
        await this.#write(json, 'set', null);
        return this.#echo('post', 201, 'Created', json);
    }

    /** Replaces top-level keys. Reads, merges and writes only if nobody wrote in between; otherwise once more. */
    async update(metadata: unknown): Promise<ProxyResponse> {
        const changes = objectArgument(metadata, 'updateMetadata');
        const json = objectText(changes, 'updateMetadata');
        const changesAsJson = JSONParse(json) as JsonObject;
        for (let attempt = 0; attempt < MAX_UPDATE_ATTEMPTS; attempt++) {
            const { value: stored, version } = await this.#read();
            const merged = merge(stored ?? {}, changes, changesAsJson);
            const mergedJson = objectText(merged, 'updateMetadata');
            await this.#check(merged);
            if ((await this.#write(mergedJson, 'update', version)) === 'written') {
                return this.#echo('patch', 200, 'OK', json);
            }
        }
        throw new MetadataConflictError(
            `the metadata was changed by somebody else ${MAX_UPDATE_ATTEMPTS} times in a row`,
        );
    }

    async #read(): Promise<{ value: JsonObject | null; version: number }> {
        const { json, version } = okOf(await op_onevent_metadata(), 'get');
        return { value: JSONParse(json) as JsonObject | null, version };
    }

    async #check(value: JsonObject): Promise<void> {
        const violations = await violationsOf(this.#schema, value);
        if (violations.length > 0) {
            throw new InvalidMetadataError(violations);
        }
    }

    async #write(json: string, kind: 'set' | 'update', version: number | null): Promise<'written' | 'conflict'> {
        let result: WriteResult;
        try {
            result = okOf(await op_onevent_write_metadata(json, kind, version), kind === 'set' ? 'post' : 'patch');
        } finally {
            this.#written();
        }
        switch (result.outcome) {
            case 'written':
            case 'conflict':
                return result.outcome;
            case 'invalid':
                throw new InvalidMetadataError(result.violations);
        }
    }

    /** Nango's API answers with the request's body. */
    #echo(method: string, status: number, statusText: string, json: string): ProxyResponse {
        const { connectionId, providerConfigKey } = this.#facts;
        const data = {
            connection_id: connectionId,
            provider_config_key: providerConfigKey,
            metadata: JSONParse(json) as unknown,
        };
        return apiResponse(status, statusText, data, { method, url: URL, headers: {}, data });
    }
}
