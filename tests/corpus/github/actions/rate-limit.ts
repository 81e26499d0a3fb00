import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'How much of the hourly allowance is left, from the headers of whatever answer comes',
    version: '1.0.0',
    input: z.void(),
    output: z.object({ allowed: z.boolean(), remaining: z.number(), resets_at: z.string(), resource: z.string() }),
    exec: async (nango) => {
        const read = (headers: Record<string, unknown>, allowed: boolean) => ({
            allowed,
            remaining: Number(headers['x-ratelimit-remaining']),
            resets_at: new Date(Number(headers['x-ratelimit-reset']) * 1000).toISOString(),
            resource: String(headers['x-ratelimit-resource']),
        });
        const connection = await nango.getConnection();
        const plan = String(connection.connection_config['plan']);
        try {
            const answer = await nango.get({ endpoint: '/rate', params: { plan } });
            return read(answer.headers as Record<string, unknown>, true);
        } catch (error) {
            const { response, message } = error as {
                message: string;
                response?: { status: number; headers: Record<string, unknown> };
            };
            await nango.log(message, { level: 'warn' });
            if (response?.status === 403 || response?.status === 429) {
                return read(response.headers, false);
            }
            throw error;
        }
    },
});
