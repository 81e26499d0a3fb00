// What belongs to one run in a shared isolate, found from whatever of it is running.
import { core } from 'ext:core/mod.js';

export interface RunLocals {
    __proto__: null;
    /** Name of an intrinsic -> its prototype in the run's own realm. */
    prototypes: Record<string, object>;
    timers: Map<number, { callback: (...values: unknown[]) => void; values: unknown[]; repeats: boolean }>;
    /** zod's registry and configuration, as the run left them. */
    zod: Record<string, unknown>;
}

/** V8 carries the object from where a promise's reaction was made to where it runs; no function has a way to it. */
export const locals = (): RunLocals | undefined => core.getAsyncContext() as RunLocals | undefined;
