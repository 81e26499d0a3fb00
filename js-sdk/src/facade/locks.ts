// `nango.tryAcquireLock`, `releaseLock` and `releaseAllLocks`. The host keeps the locks; the run owns them.
import { op_onevent_acquire_lock, op_onevent_release_all_locks, op_onevent_release_lock } from 'ext:core/ops';

import { failureError } from '../http/response.ts';
import type { OpResult } from '../ops.ts';
import { own } from '../own.ts';
import { NumberIsFinite, StringConstructor } from '../primordials.ts';

/** Characters of a lock's key (Nango's limit). */
const MAX_KEY_LENGTH = 255;

function fieldsOf(options: unknown, member: string): object {
    if (typeof options !== 'object' || options === null) {
        throw new Error(`nango.${member}() needs an object with a key`);
    }
    return options;
}

function keyOf(fields: object): string {
    const key = own(fields, 'key');
    if (typeof key !== 'string' || key.length === 0 || key.length > MAX_KEY_LENGTH) {
        throw new Error(`the key of a lock must be a string of 1 to ${MAX_KEY_LENGTH} characters`);
    }
    return key;
}

function timeToLive(fields: object): number {
    const milliseconds = own(fields, 'ttlMs');
    if (typeof milliseconds !== 'number' || !NumberIsFinite(milliseconds) || milliseconds <= 0) {
        throw new Error(`ttlMs must be a number of milliseconds above 0, not ${StringConstructor(milliseconds)}`);
    }
    return milliseconds;
}

function okOf<T>(answer: OpResult<T>): T {
    if (answer.error !== null) {
        throw failureError(answer.error, { method: 'post', url: '/locks' });
    }
    return answer.ok;
}

/** Whether this run has the lock now: it was free, had expired, or was this run's already. */
export async function tryAcquireLock(options: unknown): Promise<boolean> {
    const fields = fieldsOf(options, 'tryAcquireLock');
    const key = keyOf(fields);
    return okOf(await op_onevent_acquire_lock(key, timeToLive(fields)));
}

/** Whether this run had the lock. */
export async function releaseLock(options: unknown): Promise<boolean> {
    return okOf(await op_onevent_release_lock(keyOf(fieldsOf(options, 'releaseLock'))));
}

/** Gives back every lock of this run. */
export async function releaseAllLocks(): Promise<void> {
    okOf(await op_onevent_release_all_locks());
}
