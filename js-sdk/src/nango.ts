// The public module `nango`, as functions import it.
import type { SyncDefinition, SyncModels, SyncProps } from './sync.ts';
import type { ActionDefinition, ActionProps, OnEventDefinition, OnEventProps } from './types.ts';

export { ActionError } from './errors/action-error.ts';
export type * from './sync.ts';
export type * from './types.ts';

/** Declares an event function. The result is the file's default export. */
export function createOnEvent<
    const Schema extends import('zod').ZodType = import('zod').ZodVoid,
    const Saved extends import('zod').ZodType = import('zod').ZodVoid,
>(props: OnEventProps<Schema, Saved>): OnEventDefinition<Schema, Saved> {
    return { type: 'onEvent', ...props };
}

/** Declares an action. The result is the file's default export. */
export function createAction<
    const Input extends import('zod').ZodType = import('zod').ZodVoid,
    const Output extends import('zod').ZodType = import('zod').ZodVoid,
    const Schema extends import('zod').ZodType = import('zod').ZodVoid,
    const Saved extends import('zod').ZodType = import('zod').ZodVoid,
>(props: ActionProps<Input, Output, Schema, Saved>): ActionDefinition<Input, Output, Schema, Saved> {
    return { type: 'action', ...props };
}

/** Syncs are another kind of function: a project may have them, and onevent lists them as unsupported. */
export function createSync<
    const Models extends SyncModels,
    const Schema extends import('zod').ZodType = import('zod').ZodVoid,
>(props: SyncProps<Models, Schema>): SyncDefinition<Models, Schema> {
    return { type: 'sync', ...props };
}
