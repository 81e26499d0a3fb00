// What a schema says of metadata, and what is left without one.
import { createOnEvent, type CreateOnEventProps, type NangoOnEvent } from 'nango';
import * as z from 'zod';

const Metadata = z.object({ id: z.string(), count: z.number().optional(), tags: z.array(z.string()).default([]) });

export const reads = createOnEvent({
    event: 'validate-connection',
    description: 'getMetadata resolves to what the schema says, or to null',
    metadata: Metadata,
    exec: async (nango) => {
        const metadata = await nango.getMetadata();
        const id: string | undefined = metadata?.id;
        const tags: string[] = metadata?.tags ?? [];
        // @ts-expect-error Nothing may have been written yet.
        metadata.id;
        // @ts-expect-error The schema has no such key.
        metadata?.unknown;
        if (id === undefined || tags.length > 3) {
            throw new nango.ActionError({ message: 'no' });
        }
    },
});

export const writes = createOnEvent({
    event: 'post-connection-creation',
    description: 'setMetadata takes everything, updateMetadata a part',
    metadata: Metadata,
    exec: async ({ setMetadata, updateMetadata }) => {
        await setMetadata({ id: 'a', tags: [] });
        await updateMetadata({ count: 2 });
        const { status } = await updateMetadata({});
        const ok: boolean = status === 200;
        // @ts-expect-error `id` is required where everything is replaced.
        await setMetadata({ count: 1, tags: [] });
        // @ts-expect-error `count` is a number.
        await updateMetadata({ count: 'two' });
        // @ts-expect-error The schema has no such key.
        await updateMetadata({ other: ok });
    },
});

export const without = createOnEvent({
    event: 'pre-connection-deletion',
    description: 'without a schema there is nothing to write',
    exec: async (nango) => {
        const nothing: null = await nango.getMetadata();
        const parsed = Metadata.safeParse(await nango.getMetadata());
        const own = await nango.getMetadata<{ team: string }>();
        const team: string | undefined = own?.team;
        // @ts-expect-error There is no schema.
        await nango.setMetadata({ team: team ?? nothing, ok: parsed.success });
        // @ts-expect-error There is no schema.
        await nango.updateMetadata({ team: 'a' });
    },
});

export const withVoid = createOnEvent({
    event: 'post-connection-creation',
    description: 'z.void() is no schema',
    metadata: z.void(),
    exec: async (nango) => {
        // @ts-expect-error There is nothing to write.
        await nango.setMetadata({ a: 1 });
    },
});

export const fromConnection = createOnEvent({
    event: 'validate-connection',
    description: 'a connection holds the same metadata',
    metadata: Metadata,
    exec: async (nango) => {
        const { metadata, connection_config } = await nango.getConnection();
        const count: number | undefined = metadata?.count;
        const subdomain: string = connection_config['subdomain'];
        await nango.log(subdomain, { count });
    },
});

export const fromConnectionWithout = createOnEvent({
    event: 'validate-connection',
    description: 'a connection read without a schema',
    exec: async (nango) => {
        const connection = await nango.getConnection();
        const team: string | undefined = connection.metadata?.['team'];
        await nango.log(team ?? 'none');
    },
});

export const nested = createOnEvent({
    event: 'validate-connection',
    description: 'nested objects, records and unions',
    version: '1.0.0',
    metadata: z.object({
        map: z.record(z.string(), z.object({ at: z.string() })),
        mode: z.union([z.literal('fast'), z.literal('slow')]),
        owner: z.object({ name: z.string() }).nullable(),
    }),
    exec: async (nango) => {
        const metadata = await nango.getMetadata();
        const name: string = metadata?.owner?.name ?? 'nobody';
        const mode: 'fast' | 'slow' = metadata?.mode ?? 'fast';
        await nango.setMetadata({ map: { a: { at: name } }, mode, owner: null });
        // @ts-expect-error The union has no such member.
        await nango.updateMetadata({ mode: 'medium' });
    },
});

export const annotated = createOnEvent({
    event: 'pre-connection-deletion',
    description: 'an annotation of the argument opens metadata',
    exec: async ({ log, setMetadata }: NangoOnEvent) => {
        await setMetadata({ any: 'thing' });
        await log('written');
    },
});

const props: CreateOnEventProps<typeof Metadata> = {
    event: 'post-connection-creation',
    description: 'declared before it is created',
    metadata: Metadata,
    exec: async (nango) => void (await nango.updateMetadata({ id: 'b' })),
};
export const created = createOnEvent(props);
export const tag: 'onEvent' = created.type;

export const fieldMapping = createOnEvent({
    event: 'post-connection-creation',
    description: 'the old pair',
    exec: async (nango) => {
        const mapping: Record<string, string> = await nango.getFieldMapping();
        await nango.setFieldMapping({ ...mapping, name: 'Name__c' });
    },
});

export const wrongEvent = createOnEvent({
    // @ts-expect-error There are three events.
    event: 'on-tuesday',
    description: 'wrong',
    exec: () => undefined,
});

// @ts-expect-error `description` is required.
export const noDescription = createOnEvent({
    event: 'validate-connection',
    exec: () => undefined,
});

// @ts-expect-error `exec` is required.
export const noExec = createOnEvent({ event: 'validate-connection', description: 'wrong' });
