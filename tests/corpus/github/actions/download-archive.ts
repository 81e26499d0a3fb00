import { createHash } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'A file that GitHub serves from another place: a redirect, bytes, and their digest',
    version: '1.0.0',
    input: z.object({ repository: z.string(), ref: z.string() }),
    output: z.object({
        bytes: z.number(),
        sha256: z.string(),
        first: z.string(),
        content: z.string(),
        type: z.string(),
    }),
    exec: async (nango, { repository, ref }) => {
        const { data, headers } = await nango.get({
            endpoint: `/repos/${repository}/tarball/${encodeURIComponent(ref)}`,
            responseType: 'arraybuffer',
        });
        const bytes = Buffer.from(data);
        return {
            bytes: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('hex'),
            first: bytes.subarray(0, 2).toString('hex'),
            content: bytes.toString('base64'),
            type: String(headers['content-type']),
        };
    },
});
