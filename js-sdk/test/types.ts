// Checked by tsc only: what authors may write, and what they may not.
import * as z from 'zod';

import { ActionError, createOnEvent, type NangoOnEvent } from '../src/nango.ts';

export const typed = createOnEvent({
    event: 'validate-connection',
    description: 'typed',
    metadata: z.object({ id: z.string(), count: z.number().optional() }),
    exec: async (nango) => {
        const metadata = await nango.getMetadata();
        const id: string | undefined = metadata?.id;
        await nango.setMetadata({ id: id ?? 'x', count: 1 });
        await nango.updateMetadata({ count: 2 });
        // @ts-expect-error `id` is required when everything is replaced.
        await nango.setMetadata({ count: 1 });
        // @ts-expect-error `count` is a number.
        await nango.updateMetadata({ count: 'two' });
        const response = await nango.get<{ name: string }>({ endpoint: '/me' });
        const name: string = response.data.name;
        const anything: boolean = (await nango.post({ endpoint: '/x', data: { name } })).data.ok;
        // @ts-expect-error The method is in the name.
        await nango.get({ endpoint: '/x', method: 'POST' });
        if (!anything) {
            throw new nango.ActionError({ message: 'no' });
        }
        throw new ActionError('no');
    },
});

export const withoutSchema = createOnEvent({
    event: 'pre-connection-deletion',
    description: 'no schema',
    exec: async ({ log, setMetadata }: NangoOnEvent) => {
        await log('hi', { a: 1 }, { level: 'warn' });
        await setMetadata({ any: 'thing' });
    },
});

export const withVoid = createOnEvent({
    event: 'post-connection-creation',
    description: 'void',
    metadata: z.void(),
    exec: (nango) => void nango.connectionId.length,
});

export const wrongEvent = createOnEvent({
    // @ts-expect-error There are three events.
    event: 'on-tuesday',
    description: 'wrong',
    exec: () => undefined,
});

export const withRun = createOnEvent({
    event: 'post-connection-creation',
    description: 'what a function may know of its run',
    exec: async (nango, run) => {
        const operation: 'creation' | 'override' | 'deletion' = run.operation;
        const first: boolean = run.attempt === 1 && !run.isReplay;
        await nango.post({ endpoint: '/x', headers: { 'idempotency-key': run.idempotencyKey }, data: { operation, first } });
        // @ts-expect-error It is not the function's to change.
        run.attempt = 2;
    },
});
