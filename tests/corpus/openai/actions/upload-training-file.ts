import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'multipart/form-data by its header: every key is a text field; then the same lines as NDJSON text',
    version: '1.0.0',
    input: z.object({
        purpose: z.enum(['fine-tune', 'batch']),
        examples: z.array(z.object({ q: z.string(), a: z.string() })),
    }),
    output: z.object({ fields: z.array(z.string()), file: z.string(), lines: z.number() }),
    exec: async (nango, { purpose, examples }) => {
        const lines = examples.map(({ q, a }) => JSON.stringify({ prompt: q, completion: a })).join('\n');
        const created = await nango.post({
            endpoint: '/v1/uploads',
            data: { purpose, filename: 'training.jsonl', bytes: Buffer.byteLength(lines) },
            headers: { 'Content-Type': 'multipart/form-data' },
        });
        const { data } = await nango.put({
            endpoint: `/v1/uploads/${created.data.id}/content`,
            data: lines,
            headers: { 'Content-Type': 'application/x-ndjson' },
        });
        return { fields: created.data.fields, file: created.data.id, lines: data.lines };
    },
});
