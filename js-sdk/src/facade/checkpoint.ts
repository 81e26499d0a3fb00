// `nango.getCheckpoint`, `saveCheckpoint` and `clearCheckpoint`.
import { op_onevent_checkpoint, op_onevent_write_checkpoint } from 'ext:core/ops';

import { failureError } from '../http/response.ts';
import { toJSONText } from '../json/well-formed.ts';
import type { Checkpoint } from '../members.ts';
import { ArrayIsArray, JSONParse, NumberIsFinite, ObjectKeys } from '../primordials.ts';

/** What the host answers where the stored version was another one. */
const CONFLICT = -1;

export class CheckpointError extends Error {
    readonly code: string;

    constructor(code: string, message: string, cause?: unknown) {
        super(message, cause === undefined ? undefined : { cause });
        this.code = code;
    }
}

function isPlain(value: unknown): boolean {
    return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && NumberIsFinite(value));
}

/** The JSON text of a flat record; anything else is no checkpoint. */
function textOf(checkpoint: unknown): string {
    if (typeof checkpoint !== 'object' || checkpoint === null || ArrayIsArray(checkpoint)) {
        throw new CheckpointError('invalid_checkpoint', 'invalid checkpoint: it must be an object');
    }
    for (const key of ObjectKeys(checkpoint)) {
        if (!isPlain((checkpoint as Record<string, unknown>)[key])) {
            throw new CheckpointError(
                'invalid_checkpoint',
                `invalid checkpoint: ${key} must be a string, a number or a boolean`,
            );
        }
    }
    return toJSONText(checkpoint) ?? '{}';
}

/** The checkpoint of this function and connection. */
export class Checkpoints {
    /** The version that was last seen; null before the first look. */
    #version: number | null = null;

    /** What cannot be read counts as no checkpoint, as in Nango: the function then starts from its beginning. */
    async get(): Promise<Checkpoint | null> {
        const answer = await op_onevent_checkpoint();
        if (answer.error !== null) {
            this.#version = 0;
            return null;
        }
        this.#version = answer.ok.version;
        return JSONParse(answer.ok.json) as Checkpoint | null;
    }

    async save(checkpoint: unknown): Promise<void> {
        await this.#write(textOf(checkpoint));
    }

    async clear(): Promise<void> {
        await this.#write(null);
    }

    async #write(json: string | null): Promise<void> {
        if (this.#version === null) {
            await this.get();
        }
        const answer = await op_onevent_write_checkpoint(json, this.#version ?? 0);
        if (answer.error !== null) {
            const cause = failureError(answer.error, { method: 'put', url: '/checkpoint' });
            throw new CheckpointError('checkpoint_failed', `the checkpoint was not saved: ${cause.message}`, cause);
        }
        if (answer.ok === CONFLICT) {
            const cause = new Error(`the stored checkpoint no longer has version ${this.#version}`);
            throw new CheckpointError('checkpoint_conflict', 'the checkpoint was changed by another run', cause);
        }
        this.#version = answer.ok;
    }
}
