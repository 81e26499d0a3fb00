import { createHash } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Text of an attachment, asked for as text although it looks like JSON, and the same as bytes',
    version: '1.0.0',
    input: z.object({ id: z.number(), as: z.enum(['text', 'json', 'bytes', 'data-url']) }),
    output: z.object({ type: z.string(), length: z.number(), value: z.unknown() }),
    exec: async (nango, { id, as }) => {
        const endpoint = `/attachments/${id}`;
        switch (as) {
            case 'text': {
                const { data, headers } = await nango.get<string>({ endpoint, responseType: 'text' });
                return { type: String(headers['content-type']), length: data.length, value: data };
            }
            case 'json': {
                const { data, headers } = await nango.get({ endpoint });
                return { type: String(headers['content-type']), length: Object.keys(data).length, value: data };
            }
            case 'bytes': {
                const { data, headers } = await nango.get({ endpoint, responseType: 'arraybuffer' });
                const digest = createHash('md5').update(data).digest('base64');
                return {
                    type: String(headers['content-type']),
                    length: data.byteLength,
                    value: [...new Uint8Array(data)].slice(0, 8).concat(digest.length),
                };
            }
            case 'data-url': {
                const { data, headers } = await nango.get({ endpoint, responseType: 'arraybuffer' });
                return {
                    type: 'data',
                    length: data.length,
                    value: `data:${headers['content-type']};base64,${data.toString('base64')}`,
                };
            }
        }
    },
});
