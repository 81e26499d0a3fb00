// The errors of an action's input and output.
import type { Violation } from '../ops.ts';
import { summarise } from './invalid-metadata.ts';

/** Nango's codes for the two. */
export type InvalidActionCode = 'invalid_action_input' | 'invalid_action_output';

/** The words for both the error and the warning. */
export function describeInvalid(code: InvalidActionCode, violations: Violation[]): string {
    const what = code === 'invalid_action_input' ? 'input' : 'output';
    return `The action's ${what} does not match its schema: ${summarise(violations)}`;
}

/** Input or output that violates its schema, where the caller wants that to be an error. */
export class InvalidActionError extends Error {
    readonly #brand = true;
    override readonly name = 'InvalidActionError';
    readonly code: InvalidActionCode;
    readonly payload: { errors: Violation[] };

    constructor(code: InvalidActionCode, violations: Violation[]) {
        super(describeInvalid(code, violations));
        this.code = code;
        this.payload = { errors: violations };
    }

    /** Whether this very class made `value`. */
    static is(value: unknown): value is InvalidActionError {
        return typeof value === 'object' && value !== null && #brand in value && value.#brand;
    }
}

/** Output that cannot be handed to the caller at all. */
export class OutputError extends Error {
    readonly #brand = true;
    override readonly name = 'OutputError';
    readonly code: 'unserializable_output' | 'script_output_too_large';

    constructor(code: OutputError['code'], message: string) {
        super(message);
        this.code = code;
    }

    /** Whether this very class made `value`. */
    static is(value: unknown): value is OutputError {
        return typeof value === 'object' && value !== null && #brand in value && value.#brand;
    }
}
