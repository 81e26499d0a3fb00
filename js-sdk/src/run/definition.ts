// What a function's module must export.
import { isZodSchema } from '../metadata/check.ts';

const EVENTS = ['post-connection-creation', 'validate-connection', 'pre-connection-deletion'] as const;
type EventName = (typeof EVENTS)[number];

/** Why a module is no event function. */
export class DefinitionProblem extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.code = code;
    }
}

/** A default export that has everything an event function needs. */
export interface Definition {
    /** The exported object: `this` of `exec`. */
    object: object;
    event: EventName;
    description: string | null;
    metadata: unknown;
    exec: (nango: unknown) => unknown;
}

function isEvent(value: unknown): value is EventName {
    return EVENTS.some((event) => event === value);
}

function objectOf(namespace: unknown): Record<string, unknown> {
    const value: unknown = (namespace as { default?: unknown } | null)?.default;
    if (value === undefined) {
        throw new DefinitionProblem(
            'no_default_export',
            'the file has no default export: it must be `export default createOnEvent({…})`',
        );
    }
    if (typeof value !== 'object' || value === null) {
        throw new DefinitionProblem(
            'invalid_default_export',
            `the default export must be what createOnEvent() returns, not a ${value === null ? 'null' : typeof value}`,
        );
    }
    return value as Record<string, unknown>;
}

function checkType(type: unknown): void {
    switch (type) {
        case 'onEvent':
            return;
        case 'sync':
        case 'action':
            throw new DefinitionProblem(
                'unsupported_function_type',
                `functions of type ${type} are not supported: the default export must come from createOnEvent()`,
            );
        default:
            throw new DefinitionProblem(
                'invalid_default_export',
                'the default export must be what createOnEvent() returns: its type is not onEvent',
            );
    }
}

function eventOf(event: unknown): EventName {
    if (!isEvent(event)) {
        const got = typeof event === 'string' ? `'${event}'` : typeof event;
        throw new DefinitionProblem('unknown_event', `event must be one of ${EVENTS.join(', ')}, not ${got}`);
    }
    return event;
}

/** Reads and checks a module's default export. Throws a `DefinitionProblem`. */
export function definitionOf(namespace: unknown): Definition {
    const object = objectOf(namespace);
    checkType(object['type']);
    const { exec, metadata, description } = object;
    if (typeof exec !== 'function') {
        throw new DefinitionProblem('missing_exec', 'createOnEvent() needs `exec`, a function');
    }
    const event = eventOf(object['event']);
    if (metadata !== undefined && metadata !== null && !isZodSchema(metadata)) {
        throw new DefinitionProblem('invalid_metadata_schema', 'metadata must be a zod schema, such as z.object({…})');
    }
    return {
        object,
        event,
        description: typeof description === 'string' ? description : null,
        metadata,
        exec: exec as Definition['exec'],
    };
}
