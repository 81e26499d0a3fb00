// Functions beside functions: what they take, and who may call them.
import { createAction, createOnEvent, createSync } from 'nango';
import type { NangoAction, NangoOnEvent, NangoSync, ProxyConfiguration } from 'nango';
import { z } from 'zod';

const Metadata = z.object({ cloudId: z.string().optional() });

async function cloudId(nango: NangoAction | NangoSync): Promise<string> {
    const config: ProxyConfiguration = { endpoint: 'oauth/token/accessible-resources', retries: 10 };
    const { data } = await nango.get<{ id: string }[]>(config);
    const [first] = data;
    if (!first) {
        throw new nango.ActionError({ message: 'no resource' });
    }
    return first.id;
}

async function greet(nango: NangoOnEvent): Promise<void> {
    await nango.log(`hello ${nango.connectionId}`);
}

async function remember(nango: Pick<NangoOnEvent<z.infer<typeof Metadata>>, 'updateMetadata'>, id: string): Promise<void> {
    await nango.updateMetadata({ cloudId: id });
}

const setup = createOnEvent({
    event: 'post-connection-creation',
    description: 'helpers with a schema',
    metadata: Metadata,
    exec: async (nango) => {
        await greet(nango);
        await remember(nango, await cloudId(nango));
        await local(nango, 'text');
    },
});
export default setup;

type Local = Parameters<typeof setup.exec>[0];

async function local(nango: Local, text: string): Promise<void> {
    const metadata = await nango.getMetadata();
    const id: string | undefined = metadata?.cloudId;
    await nango.log(text, { id });
    // @ts-expect-error The schema says otherwise.
    await nango.setMetadata({ cloudId: 4 });
}

export const withoutSchema = createOnEvent({
    event: 'pre-connection-deletion',
    description: 'helpers without a schema',
    exec: async (nango) => {
        await greet(nango);
        await nango.log(await cloudId(nango));
    },
});

export const fromAction = createAction({
    description: 'an action shares helpers with event functions',
    input: z.void(),
    output: z.string(),
    metadata: Metadata,
    exec: async (nango) => {
        await greet(nango);
        return cloudId(nango);
    },
});

export const reference = createOnEvent({
    event: 'validate-connection',
    description: 'the function is named',
    exec: greet,
});

async function each<T>(nango: NangoAction, endpoint: string, visit: (item: T) => Promise<void>): Promise<number> {
    let count = 0;
    for await (const page of nango.paginate<T>({ endpoint })) {
        await Promise.all(page.map(visit));
        count += page.length;
    }
    return count;
}

export const generic = createAction({
    description: 'a generic helper',
    input: z.object({ endpoint: z.string() }),
    output: z.number(),
    exec: (nango, input) => each<{ id: string }>(nango, input.endpoint, async ({ id }) => nango.log(id)),
});

const sync = createSync({
    description: 'syncs compile, though they are not run',
    version: '1.0.0',
    frequency: 'every hour',
    autoStart: true,
    syncType: 'full',
    endpoints: [{ method: 'GET', path: '/users' }],
    models: { User: z.object({ id: z.string() }) },
    metadata: Metadata,
    exec: async (nango) => {
        const id = await cloudId(nango);
        await nango.batchSave([{ id }], 'User');
        // @ts-expect-error There is no such model.
        await nango.batchSave([{ id }], 'Team');
        // @ts-expect-error A user's id is a text.
        await nango.batchSave([{ id: 1 }], 'User');
    },
});
export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
