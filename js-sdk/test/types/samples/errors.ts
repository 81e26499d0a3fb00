// `ActionError`, from the argument, from the module, and as a type.
import { ActionError, createOnEvent } from 'nango';
import type { ActionError as ActionErrorType } from 'nango';

export const payloads = createOnEvent({
    event: 'validate-connection',
    description: 'every kind of payload',
    exec: (nango) => {
        switch (nango.connectionId) {
            case 'text':
                throw new nango.ActionError('no');
            case 'object':
                throw new nango.ActionError({ message: 'no', code: 4, details: ['a'] });
            case 'typed':
                throw new nango.ActionError<{ reason: string }>({ reason: 'no' });
            case 'nothing':
                throw new nango.ActionError();
            default:
                // @ts-expect-error The payload is not what the type argument says.
                throw new nango.ActionError<{ reason: string }>({ cause: 'no' });
        }
    },
});

export const imported = createOnEvent({
    event: 'validate-connection',
    description: 'the class of the module',
    exec: () => {
        throw new ActionError({ message: 'no' });
    },
});

export const narrowed = createOnEvent({
    event: 'validate-connection',
    description: 'a caught error is told apart',
    exec: async (nango) => {
        try {
            await nango.get({ endpoint: '/me' });
        } catch (error) {
            if (error instanceof nango.ActionError) {
                const type: 'action_script_runtime_error' = error.type;
                await nango.log(type, { payload: error.payload });
                return;
            }
            const message: string = error instanceof Error ? error.message : String(error);
            throw new nango.ActionError({ message });
        }
    },
});

class NoSeat extends ActionError<{ seats: number }> {}

function describe(error: ActionErrorType<{ seats: number }>): string {
    return `${error.payload?.seats ?? 0} seats: ${error.message}`;
}

export const extended = createOnEvent({
    event: 'validate-connection',
    description: 'a class of one’s own',
    exec: async (nango) => {
        const error = new NoSeat({ seats: 0 });
        await nango.log(describe(error));
        throw error;
    },
});
