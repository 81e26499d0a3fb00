import { createHash } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

import { first } from '../xml.js';

const Content = z.xor([z.object({ text: z.string() }).strict(), z.object({ base64: z.base64() }).strict()]);

export default createAction({
    description:
        'Bytes from text or from base64, exclusively; checksums as headers; an error in XML becomes one in JSON',
    version: '1.0.0',
    input: z.object({ key: z.string(), content: Content, tags: z.record(z.string(), z.string()).optional() }),
    output: z.object({ etag: z.string(), size: z.number() }),
    exec: async (nango, { key, content, tags }) => {
        const bytes = 'text' in content ? Buffer.from(content.text, 'utf8') : Buffer.from(content.base64, 'base64');
        try {
            const { headers } = await nango.put({
                endpoint: `/corpus-bucket/${key.split('/').map(encodeURIComponent).join('/')}`,
                data: bytes,
                headers: {
                    'Content-Type': 'application/octet-stream',
                    'Content-MD5': createHash('md5').update(bytes).digest('base64'),
                    'x-amz-tagging': new URLSearchParams(tags).toString(),
                },
            });
            return { etag: JSON.parse(String(headers['etag'])), size: bytes.length };
        } catch (error) {
            const { response } = error as { response?: { data: string } };
            const code = first(response?.data ?? '', 'Code');
            throw code ? new nango.ActionError({ code, message: first(response?.data ?? '', 'Message') }) : error;
        }
    },
});
