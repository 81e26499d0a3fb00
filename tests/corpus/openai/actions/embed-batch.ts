import { createAction } from 'nango';
import * as z from 'zod';

const cosine = (one: Float32Array, other: Float32Array): number => {
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
};

export default createAction({
    description:
        'Vectors in base64 become typed arrays; tuples, a limit from a variable, rate limits mapped to a retry time',
    version: '1.0.0',
    input: z.object({ query: z.string(), documents: z.array(z.string()).max(16) }),
    output: z.object({ ranking: z.array(z.tuple([z.string(), z.number()])), model: z.string() }),
    exec: async (nango, { query, documents }) => {
        const variables = (await nango.getEnvironmentVariables()) ?? [];
        const model = variables.find(({ name }) => name === 'EMBEDDING_MODEL')?.value ?? 'small';
        try {
            const { data } = await nango.post<{ data: { index: number; embedding: string }[] }>({
                endpoint: '/v1/embeddings',
                data: { model, input: [query, ...documents], encoding_format: 'base64' },
            });
            const vectors = [...data.data]
                .sort((one, other) => one.index - other.index)
                .map(({ embedding }) => {
                    const bytes = Buffer.from(embedding, 'base64');
                    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
                });
            const [wanted, ...others] = vectors;
            const ranking = documents.map((text, index): [string, number] => [
                text,
                Number(cosine(wanted!, others[index]!).toFixed(4)),
            ]);
            return { ranking: ranking.sort(([, one], [, other]) => other - one), model };
        } catch (error) {
            const { response } = error as { response?: { status: number; headers: Record<string, string> } };
            if (response?.status === 429) {
                throw new nango.ActionError({
                    code: 'rate_limited',
                    wait_s: Number(response.headers['retry-after']),
                    left: response.headers['x-ratelimit-remaining-requests'],
                });
            }
            throw error;
        }
    },
});
