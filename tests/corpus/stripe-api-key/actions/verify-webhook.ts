import { createHmac, timingSafeEqual } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

const Event = z.object({
    id: z.string().startsWith('evt_'),
    created: z.number().transform((seconds) => new Date(seconds * 1000)),
    data: z.object({ object: z.looseObject({ object: z.string() }) }),
    livemode: z.preprocess((value) => value === 'true' || value === true, z.boolean()),
});

export default createAction({
    description: 'A signature header with several versions; then the body through transforms and a preprocess',
    version: '1.0.0',
    input: z.object({ header: z.string(), body: z.string(), secret: z.string() }),
    output: z.object({ id: z.string(), created: z.string(), object: z.string(), live: z.boolean() }),
    exec: async (nango, { header, body, secret }) => {
        const parts = header.split(',').map((part) => part.split('=') as [string, string]);
        const timestamp = parts.find(([name]) => name === 't')?.[1] ?? '';
        const wanted = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
        const matches = parts.some(
            ([name, given]) =>
                name === 'v1' &&
                given.length === wanted.length &&
                timingSafeEqual(Buffer.from(given), Buffer.from(wanted)),
        );
        if (!matches) {
            throw new nango.ActionError({ code: 'signature', versions: parts.map(([name]) => name) });
        }
        const { data: event } = await nango.zodValidateInput({ zodSchema: Event, input: JSON.parse(body) });
        return {
            id: event.id,
            created: event.created.toISOString(),
            object: event.data.object.object,
            live: event.livemode,
        };
    },
});
