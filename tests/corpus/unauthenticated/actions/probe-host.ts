import { createAction } from 'nango';
import * as z from 'zod';

const Probe = z.discriminatedUnion('result', [
    z.object({ result: z.literal('up'), status: z.number(), server: z.string().optional() }),
    z.object({ result: z.literal('refused'), status: z.number(), body: z.unknown() }),
    z.object({ result: z.literal('unreachable'), code: z.string(), message: z.string() }),
]);

export default createAction({
    description: 'What an error of axios has, where there was an answer and where there was none',
    version: '1.0.0',
    input: z.object({ paths: z.array(z.string()) }),
    output: z.array(Probe),
    exec: async (nango, { paths }) => {
        const probe = async (path: string): Promise<z.infer<typeof Probe>> => {
            try {
                const { status, headers } = await nango.get({
                    baseUrlOverride: 'https://status.example',
                    endpoint: path,
                });
                return { result: 'up', status, ...(headers['server'] ? { server: String(headers['server']) } : {}) };
            } catch (reason) {
                const error = reason as {
                    isAxiosError: boolean;
                    name: string;
                    code: string;
                    message: string;
                    status?: number;
                    response?: { status: number; data: unknown };
                };
                if (!error.isAxiosError) {
                    throw reason;
                }
                return error.response
                    ? { result: 'refused', status: error.status ?? 0, body: error.response.data }
                    : { result: 'unreachable', code: error.code, message: `${error.name}: ${error.message}` };
            }
        };
        const results: z.infer<typeof Probe>[] = [];
        for (const path of paths) {
            results.push(await probe(path));
        }
        return results;
    },
});
