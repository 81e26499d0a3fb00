// What a function's module must export.
import { isZodSchema } from '../metadata/check.ts';

const EVENTS = ['post-connection-creation', 'validate-connection', 'pre-connection-deletion'] as const;
type EventName = (typeof EVENTS)[number];

/** Why a module is no function. */
export class DefinitionProblem extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.code = code;
    }
}

/** What every kind of function has. */
interface Common {
    /** The exported object: `this` of `exec`. */
    object: object;
    description: string | null;
    metadata: unknown;
    exec: (nango: unknown, ...rest: unknown[]) => unknown;
}

/** A default export that has everything an event function needs. */
export interface EventDefinition extends Common {
    type: 'onEvent';
    event: EventName;
}

/** A default export that has everything an action needs. */
export interface ActionDefinition extends Common {
    type: 'action';
    input: unknown;
    output: unknown;
}

export type Definition = EventDefinition | ActionDefinition;

function isEvent(value: unknown): value is EventName {
    return EVENTS.some((event) => event === value);
}

function objectOf(namespace: unknown): Record<string, unknown> {
    const value: unknown = (namespace as { default?: unknown } | null)?.default;
    if (value === undefined) {
        throw new DefinitionProblem(
            'no_default_export',
            'the file has no default export: it must be `export default createOnEvent({…})` or `createAction({…})`',
        );
    }
    if (typeof value === 'function') {
        throw new DefinitionProblem(
            'old_export',
            'the default export is a function, such as `runAction(nango, input)`: functions of projects with a nango.yaml are exported so, and are not run',
        );
    }
    if (typeof value !== 'object' || value === null) {
        throw new DefinitionProblem(
            'invalid_default_export',
            `the default export must be what createOnEvent() or createAction() returns, not a ${value === null ? 'null' : typeof value}`,
        );
    }
    return value as Record<string, unknown>;
}

function typeOf(type: unknown): Definition['type'] {
    switch (type) {
        case 'onEvent':
        case 'action':
            return type;
        case 'sync':
            throw new DefinitionProblem(
                'unsupported_function_type',
                'syncs are not supported: the default export must come from createOnEvent() or createAction()',
            );
        default:
            throw new DefinitionProblem(
                'invalid_default_export',
                'the default export must be what createOnEvent() or createAction() returns: its type is neither onEvent nor action',
            );
    }
}

/** A schema of a definition: absent, or zod's. */
function checkSchema(schema: unknown, field: 'metadata' | 'input' | 'output'): void {
    if (schema !== undefined && schema !== null && !isZodSchema(schema)) {
        throw new DefinitionProblem(`invalid_${field}_schema`, `${field} must be a zod schema, such as z.object({…})`);
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
    const type = typeOf(object['type']);
    const { exec, metadata, description } = object;
    if (typeof exec !== 'function') {
        const maker = type === 'onEvent' ? 'createOnEvent' : 'createAction';
        throw new DefinitionProblem('missing_exec', `${maker}() needs \`exec\`, a function`);
    }
    const common = {
        object,
        description: typeof description === 'string' ? description : null,
        metadata,
        exec: exec as Definition['exec'],
    };
    if (type === 'onEvent') {
        const event = eventOf(object['event']);
        checkSchema(metadata, 'metadata');
        return { type, event, ...common };
    }
    const { input, output } = object;
    checkSchema(metadata, 'metadata');
    checkSchema(input, 'input');
    checkSchema(output, 'output');
    return { type, input, output, ...common };
}
