// Requests to the provider: every verb and every field.
import { createOnEvent } from 'nango';
import type { ProxyConfiguration, ProxyResponse, RequestConfiguration } from 'nango';

interface User {
    id: string;
    email: string | null;
}

export const generic = createOnEvent({
    event: 'validate-connection',
    description: 'the type argument is the body',
    exec: async (nango) => {
        const response: ProxyResponse<User> = await nango.get<User>({ endpoint: '/me' });
        const { data, status, statusText, headers } = response;
        const id: string = data.id;
        // @ts-expect-error It may be null.
        const email: string = data.email;
        await nango.log(`${id} ${email} ${status + 1} ${statusText} ${headers['content-type']?.trim()}`);
    },
});

export const untyped = createOnEvent({
    event: 'validate-connection',
    description: 'without a type argument the body is anything',
    exec: async (nango) => {
        const { data } = await nango.get({ endpoint: '/me' });
        const name: string = data.user.names[0].text;
        await nango.log(name);
    },
});

export const verbs = createOnEvent({
    event: 'post-connection-creation',
    description: 'all verbs, taken off the object',
    exec: async ({ get, post, put, patch, delete: remove, proxy }) => {
        await get({ endpoint: '/a' });
        await post({ endpoint: '/a', data: { a: [1, 2] } });
        await put({ endpoint: '/a', data: 'text', headers: { 'content-type': 'text/plain' } });
        await patch({ endpoint: '/a', data: new URLSearchParams({ a: '1' }) });
        await remove({ endpoint: '/a' });
        await proxy({ method: 'POST', endpoint: '/a', data: Buffer.from('bytes') });
        await proxy({ method: 'get', endpoint: '/a' });
        // @ts-expect-error The method is in the name.
        await get({ endpoint: '/a', method: 'POST' });
        // @ts-expect-error A request needs an endpoint.
        await get({});
    },
});

export const fields = createOnEvent({
    event: 'validate-connection',
    description: 'every field of a request',
    exec: async (nango) => {
        const config: ProxyConfiguration = {
            endpoint: '/search',
            method: 'POST',
            headers: { 'x-version': 2, 'x-none': undefined },
            params: { q: 'name', ids: ['a', 'b'], page: 1, exact: true },
            data: { query: '{ me }' },
            retries: 3,
            retryOn: [404, 409],
            retryHeader: { at: 'x-reset', after: 'retry-after' },
            baseUrlOverride: 'https://eu.example.com',
            providerConfigKey: 'other',
            connectionId: 'another',
            responseType: 'json',
            decompress: true,
            forwardHeadersOnRedirect: false,
        };
        await nango.proxy(config);
        await nango.post({ ...config, params: 'q=name', retryOn: null });
        // @ts-expect-error Retries are a number.
        await nango.get({ endpoint: '/a', retries: '3' });
        // @ts-expect-error There is no such field.
        await nango.get({ endpoint: '/a', timeout: 3 });
    },
});

export const bytes = createOnEvent({
    event: 'validate-connection',
    description: 'bytes and text',
    exec: async (nango) => {
        const file = await nango.get<ArrayBuffer>({ endpoint: '/file', responseType: 'arraybuffer' });
        const base64: string = Buffer.from(file.data).toString('base64');
        const page = await nango.get<string>({ endpoint: '/page', responseType: 'text' });
        await nango.log(base64.slice(0, 4), { length: page.data.length });
    },
});

export const prepared = createOnEvent({
    event: 'validate-connection',
    description: 'a configuration made beforehand',
    exec: async (nango) => {
        const config: RequestConfiguration = { endpoint: '/me', retries: 3 };
        const [first, second] = await Promise.all([nango.get<User>(config), nango.get<User[]>({ ...config, endpoint: '/all' })]);
        const ids: string[] = [first.data, ...second.data].map(({ id }) => id);
        await nango.log('users', { ids });
    },
});

export const caught = createOnEvent({
    event: 'pre-connection-deletion',
    description: 'an HTTP error is read',
    exec: async (nango) => {
        try {
            await nango.delete({ endpoint: '/webhooks/1' });
        } catch (error: any) {
            if (error.response?.status !== 404) {
                throw error;
            }
        }
    },
});

export const generics = createOnEvent({
    event: 'validate-connection',
    description: 'a generic function around a request',
    exec: async (nango) => {
        async function fetchAll<T extends { id: string }>(endpoint: string): Promise<Map<string, T>> {
            const { data } = await nango.get<{ items: T[] }>({ endpoint });
            return new Map(data.items.map((item) => [item.id, item]));
        }
        const users = await fetchAll<User>('/users');
        const email: string | null | undefined = users.get('a')?.email;
        await nango.log(email ?? 'none', { level: 'debug' });
    },
});
