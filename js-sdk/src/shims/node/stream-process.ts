// What Node's streams take of `process`.

/** Runs a callback as soon as what runs now has ended. */
export function nextTick(callback: (...values: unknown[]) => void, ...values: unknown[]): void {
    queueMicrotask(() => callback(...values));
}

export const env = {};
export const stdout = undefined;
export const stderr = undefined;
