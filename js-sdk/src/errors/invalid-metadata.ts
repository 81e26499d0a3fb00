// The error of metadata that does not match the function's schema.
import type { Violation } from '../ops.ts';
import { ArrayPrototypeJoin, ArrayPrototypeMap, ArrayPrototypeSlice } from '../primordials.ts';

/** `type` and `code` of a run that ended with this error. */
export const INVALID_METADATA = 'invalid_metadata';

/** A message names this many problems; the payload has all. */
const PROBLEMS_IN_MESSAGE = 3;

/** `settings.items.0: expected string` for people. */
export function describeViolation({ path, message }: Violation): string {
    return path.length === 0 ? message : `${ArrayPrototypeJoin(path, '.')}: ${message}`;
}

/** The first few problems in one line. */
export function summarise(violations: Violation[]): string {
    const shown = ArrayPrototypeMap(ArrayPrototypeSlice(violations, 0, PROBLEMS_IN_MESSAGE), describeViolation);
    const more = violations.length - shown.length;
    return ArrayPrototypeJoin(shown, '; ') + (more > 0 ? `; and ${more} more` : '');
}

/** Thrown by `setMetadata` and `updateMetadata`; nothing was written. */
export class InvalidMetadataError extends Error {
    readonly #brand = true;
    override readonly name = 'InvalidMetadataError';
    readonly code = INVALID_METADATA;
    readonly payload: { errors: Violation[] };

    constructor(violations: Violation[]) {
        super(`The metadata does not match the function's schema: ${summarise(violations)}`);
        this.payload = { errors: violations };
    }

    /** Whether this very class made `value`. */
    static is(value: unknown): value is InvalidMetadataError {
        return typeof value === 'object' && value !== null && #brand in value && value.#brand;
    }
}
