// The public module `nango`, as functions import it.
import type { OnEventDefinition, OnEventProps } from './types.ts';

export { ActionError } from './errors/action-error.ts';
export type * from './types.ts';

/** Declares an event function. The result is the file's default export. */
export function createOnEvent<const Schema extends import('zod').ZodType = import('zod').ZodVoid>(
    props: OnEventProps<Schema>,
): OnEventDefinition<Schema> {
    return { type: 'onEvent', ...props };
}

/** Actions are another kind of function. */
export function createAction(_props: unknown): never {
    throw new Error('createAction() is not supported: onevent runs event functions, made by createOnEvent()');
}

/** Syncs are another kind of function. */
export function createSync(_props: unknown): never {
    throw new Error('createSync() is not supported: onevent runs event functions, made by createOnEvent()');
}
