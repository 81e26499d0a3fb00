import { createAction } from 'nango';
import * as z from 'zod';

const Kind = z.enum([
    'action-text',
    'action-number',
    'action-list',
    'action-object',
    'action-nothing',
    'error',
    'range',
    'code',
    'text',
    'null',
    'number',
    'undefined-member',
    'json',
    'aggregate',
    'rejection',
]);

class Teapot extends Error {
    override readonly name = 'TeapotError';
    readonly code = 'E_TEAPOT';
}

/** Fails in the way that it is told. */
async function fail(kind: z.infer<typeof Kind>, ActionError: new (payload?: any) => Error): Promise<never> {
    switch (kind) {
        case 'action-text':
            throw new ActionError('plain words');
        case 'action-number':
            throw new ActionError(42);
        case 'action-list':
            throw new ActionError([{ field: 'a' }, 'b', null]);
        case 'action-object':
            throw new ActionError({
                message: 'no',
                nested: { deep: [1, { deeper: true }] },
                at: new Date(0),
                skipped: undefined,
            });
        case 'action-nothing':
            throw new ActionError();
        case 'error':
            throw new Error('it broke', { cause: new Error('why') });
        case 'range':
            return 'x'.repeat(-1) as never;
        case 'code':
            throw new Teapot('short and stout');
        case 'text':
            throw 'only "words"';
        case 'null':
            throw null;
        case 'number':
            throw 4.5;
        case 'undefined-member':
            return (undefined as any).member.of as never;
        case 'json':
            return JSON.parse('') as never;
        case 'aggregate':
            return Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))]);
        case 'rejection':
            return new Promise((_, reject) => setTimeout(() => reject(new TypeError('later')), 1));
    }
}

export default createAction({
    description: 'Every way to fail that has no request in it',
    version: '1.0.0',
    input: z.object({ kind: Kind }),
    output: z.never(),
    exec: (nango, { kind }) => fail(kind, nango.ActionError),
});
