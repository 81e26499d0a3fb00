import { createAction } from 'nango';
import * as z from 'zod';

import { SlackError, unwrapped } from '../answer.js';
import type { SlackAnswer } from '../answer.js';

const Text = z.object({ type: z.literal('text'), text: z.string().min(1) });
const Divider = z.object({ type: z.literal('divider') });
const Fields = z.object({
    type: z.literal('fields'),
    fields: z.array(z.tuple([z.string(), z.union([z.string(), z.number()])])).max(10),
});
const Block = z.discriminatedUnion('type', [Text, Divider, Fields]);

function toSlack(block: z.infer<typeof Block>): Record<string, unknown> {
    const markdown = (text: string) => ({ type: 'mrkdwn', text });
    switch (block.type) {
        case 'text':
            return { type: 'section', text: markdown(block.text.replace(/\*\*(.+?)\*\*/g, '*$1*')) };
        case 'divider':
            return { type: 'divider' };
        case 'fields':
            return { type: 'section', fields: block.fields.map(([name, value]) => markdown(`*${name}*\n${value}`)) };
    }
}

export default createAction({
    description: 'Blocks as a discriminated union with a tuple; an error class of our own, told apart with instanceof',
    version: '1.0.0',
    input: z.object({ channel: z.string().startsWith('C'), blocks: z.array(Block).nonempty() }),
    output: z.object({ channel: z.string(), ts: z.string() }),
    exec: async (nango, { channel, blocks }) => {
        const { data } = await nango.post<SlackAnswer<{ channel: string; ts: string }>>({
            endpoint: '/chat.postMessage',
            data: { channel, blocks: blocks.map(toSlack), unfurl_links: false },
            headers: { 'Content-Type': 'application/json; charset=utf-8' },
        });
        try {
            const { ts } = unwrapped(data);
            return { channel, ts };
        } catch (error) {
            if (error instanceof SlackError && error.code === 'channel_not_found') {
                throw new nango.ActionError({ code: error.code, channel });
            }
            throw error;
        }
    },
});
