import { createAction } from 'nango';
import * as z from 'zod';

const LIMIT = 60;

/** Words into posts; no post is longer than the limit, and no character is cut in two. */
function posts(text: string): string[] {
    const result: string[] = [];
    let current = '';
    for (const word of text.split(/\s+/u)) {
        const longer = current === '' ? word : `${current} ${word}`;
        if ([...longer].length > LIMIT && current !== '') {
            result.push(current);
            current = word;
        } else {
            current = longer;
        }
    }
    return current === '' ? result : [...result, current];
}

export default createAction({
    description: 'OAuth 1: a thread, each post in reply to the one before; how far it came is kept in a checkpoint',
    version: '1.0.0',
    input: z.object({ text: z.string().min(1) }),
    output: z.object({ ids: z.array(z.string()), resumed_after: z.string().nullable() }),
    checkpoint: z.object({ last: z.string(), count: z.number() }),
    exec: async (nango, { text }) => {
        const checkpoint = await nango.getCheckpoint();
        let last = checkpoint?.last;
        const ids: string[] = [];
        for (const [index, part] of posts(text).entries()) {
            if (index < (checkpoint?.count ?? 0)) {
                continue;
            }
            const { data } = await nango.post({
                endpoint: '/2/tweets',
                data: { text: part, ...(last ? { reply: { in_reply_to_tweet_id: last } } : {}) },
            });
            last = data.data.id as string;
            ids.push(last);
            await nango.saveCheckpoint({ last, count: index + 1 });
        }
        const kept = await nango.getCheckpoint();
        await nango.clearCheckpoint();
        if (ids.length > 0 && kept?.last !== last) {
            throw new Error('the checkpoint was lost');
        }
        return { ids, resumed_after: checkpoint?.last ?? null };
    },
});
