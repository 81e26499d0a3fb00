// The error by which a function says no.
import { ArrayIsArray, ObjectHasOwn } from '../primordials.ts';

/** Nango's type of a run that ended with an `ActionError`. */
export const ACTION_ERROR_TYPE = 'action_script_runtime_error';

function messageOf(payload: unknown): string {
    if (typeof payload === 'string') {
        return payload;
    }
    if (typeof payload === 'object' && payload !== null && !ArrayIsArray(payload) && ObjectHasOwn(payload, 'message')) {
        const { message } = payload as { message: unknown };
        return typeof message === 'string' ? message : '';
    }
    return '';
}

/**
 * Thrown by a function to reject: a `validate-connection` function rejects the credentials with it.
 *
 * The message that people see is the payload, if it is text, or the payload's `message`.
 */
export class ActionError<T = unknown> extends Error {
    readonly #brand = true;
    /** By which Nango's API knows such errors. */
    readonly type = ACTION_ERROR_TYPE;
    /** What the function gave; absent where that is falsy. */
    declare payload?: T;

    /** `payload`: text, or an object that a program can read. */
    constructor(payload?: T) {
        super(messageOf(payload));
        if (payload) {
            this.payload = payload;
        }
    }

    /** Whether this very class, or one that extends it, made `value`: looks do not count. */
    static is(value: unknown): value is ActionError {
        return typeof value === 'object' && value !== null && #brand in value && value.#brand;
    }
}

// Shown in stacks; on the prototype, as with the built-in errors.
Object.defineProperty(ActionError.prototype, 'name', { value: 'ActionError', writable: true, configurable: true });
