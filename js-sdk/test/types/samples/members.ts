// The other members.
import { createOnEvent } from 'nango';
import type { Checkpoint, Connection, EnvironmentVariable, Integration, LogLevel } from 'nango';
import * as z from 'zod';

export const facts = createOnEvent({
    event: 'validate-connection',
    description: 'what a run knows of itself',
    exec: async (nango) => {
        const text: string[] = [nango.connectionId, nango.providerConfigKey, nango.provider, nango.environmentName, nango.activityLogId];
        const numbers: number[] = [nango.environmentId, nango.accountId, nango.nangoConnectionId ?? 0];
        const dry: boolean = nango.isCLI;
        const kind: 'on-event' | 'action' = nango.scriptType;
        await nango.log('facts', { text, numbers, dry, kind, level: nango.logger.level, sync: nango.syncConfig['sync_name'] });
        // @ts-expect-error They are read only.
        nango.connectionId = 'other';
    },
});

export const connection = createOnEvent({
    event: 'validate-connection',
    description: 'connections and tokens',
    exec: async (nango) => {
        const own: Connection<Record<string, any>> = await nango.getConnection();
        const other = await nango.getConnection('github', 'acme', { forceRefresh: true });
        const token: string = await nango.getToken();
        const key: string = own.credentials['apiKey'];
        await nango.log(token.length + key, { same: own.id === other.id, created: own.created_at });
        // @ts-expect-error There is no such option.
        await nango.getConnection('github', 'acme', { fresh: true });
    },
});

export const integration = createOnEvent({
    event: 'post-connection-creation',
    description: 'integrations and webhooks',
    exec: async (nango) => {
        const found: Integration = await nango.getIntegration({ include: ['webhook'] });
        const plain = await nango.getIntegration();
        const url: string | null | undefined = await nango.getWebhookURL();
        await nango.log(plain.unique_key, { provider: found.provider, url: url ?? found.webhook_url });
        // @ts-expect-error There are two things to include.
        await nango.getIntegration({ include: ['secrets'] });
    },
});

export const variables = createOnEvent({
    event: 'post-connection-creation',
    description: 'environment variables',
    exec: async ({ getEnvironmentVariables, ActionError }) => {
        const all: EnvironmentVariable[] | null = await getEnvironmentVariables();
        const url: string | undefined = all?.find(({ name }) => name === 'URL')?.value;
        if (!url) {
            throw new ActionError({ message: 'URL is not set' });
        }
    },
});

export const logs = createOnEvent({
    event: 'validate-connection',
    description: 'all ways to write a line',
    exec: async (nango) => {
        const level: LogLevel = 'warn';
        await nango.log('text');
        await nango.log('text', { level });
        await nango.log('text', { a: 1 });
        await nango.log('text', { a: 1 }, { level: 'error' });
        await nango.log({ any: ['value'] });
        await nango.log('text', new Error('thrown'));
        nango.setLogger({ level: 'debug' });
        nango.setLogger({ level: 'off' });
        // @ts-expect-error There is no such level.
        nango.setLogger({ level: 'loud' });
    },
});

export const actions = createOnEvent({
    event: 'post-connection-creation',
    description: 'actions of this project',
    exec: async (nango) => {
        const user = await nango.triggerAction(nango.providerConfigKey, nango.connectionId, 'find-user', { name: 'a' });
        const id: string = user.id;
        const typed = await nango.triggerAction<{ id: string }, number>('github', 'acme', 'count', { id });
        const free: Checkpoint | null = await nango.getCheckpoint();
        await nango.log(id, { next: typed + 1, free });
        // @ts-expect-error The integration and the connection come first.
        await nango.triggerAction('find-user', { name: 'a' });
    },
});

export const fetches = createOnEvent({
    event: 'post-connection-creation',
    description: 'a request without credentials',
    exec: async (nango) => {
        const response = await nango.uncontrolledFetch({
            url: new URL('https://example.com/hook'),
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ a: 1 }),
        });
        const answer = (await response.json()) as { ok: boolean };
        const text: string = response.headers.get('x-id') ?? String(answer.ok && response.ok);
        await nango.log(text);
        // @ts-expect-error The URL is an object.
        await nango.uncontrolledFetch({ url: 'https://example.com' });
    },
});

export const locks = createOnEvent({
    event: 'post-connection-creation',
    description: 'locks',
    exec: async ({ tryAcquireLock, releaseLock, releaseAllLocks, log }) => {
        if (!(await tryAcquireLock({ key: 'setup', ttlMs: 60_000 }))) {
            return;
        }
        const released: boolean = await releaseLock({ key: 'setup' });
        await releaseAllLocks();
        await log('released', { released });
        // @ts-expect-error A lock ends some time.
        await tryAcquireLock({ key: 'setup' });
    },
});

export const checkpoints = createOnEvent({
    event: 'post-connection-creation',
    description: 'checkpoints',
    checkpoint: z.object({ page: z.number() }),
    exec: async (nango) => {
        const last: { page: number } | null = await nango.getCheckpoint();
        const own = await nango.getCheckpoint<{ page: number }>();
        const page: number = own?.page ?? 0;
        await nango.saveCheckpoint({ ...last, page: page + 1 });
        // @ts-expect-error The schema has no such key.
        await nango.saveCheckpoint({ page, done: false });
        await nango.clearCheckpoint();
        // @ts-expect-error Checkpoints are flat.
        await nango.saveCheckpoint({ page: { at: 1 } });
    },
});

export const modules = createOnEvent({
    event: 'validate-connection',
    description: 'globals and modules',
    exec: async (nango) => {
        const { createHmac } = await import('node:crypto');
        const signature: string = createHmac('sha256', 'key').update('text').digest('hex');
        const url = new URL('/a?b=1', 'https://example.com');
        console.log(signature, url.searchParams.get('b'), Buffer.from('a').toString('base64'), btoa('a'));
        await new Promise((resolve) => setTimeout(resolve, 1));
        await nango.log(crypto.randomUUID());
    },
});

export const onlySyncs = createOnEvent({
    event: 'validate-connection',
    description: 'what only syncs have',
    exec: async (nango) => {
        // @ts-expect-error Only syncs have it.
        await nango.batchSave([{ id: '1' }], 'User');
        // @ts-expect-error Only syncs have it.
        await nango.batchDelete([{ id: '1' }], 'User');
        // @ts-expect-error Only syncs have it.
        nango.lastSyncDate?.getTime();
        // @ts-expect-error Only syncs have it.
        await nango.trackDeletesStart('User');
        // @ts-expect-error Only syncs have it.
        await nango.triggerSync('github', 'acme', 'users');
        // @ts-expect-error Only syncs have it.
        await nango.startSync('github', ['users']);
    },
});

export const hidden = createOnEvent({
    event: 'validate-connection',
    description: 'what is not for authors',
    exec: (nango) => {
        // @ts-expect-error It is hidden.
        nango.telemetryBag;
        // @ts-expect-error It is hidden.
        nango.abortSignal;
    },
});
