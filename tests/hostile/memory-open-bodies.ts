// 400 posts of one text in one turn.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// returns: true
// peak: 900MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const text = 'x'.repeat(4 * 1024 * 1024);
        const all = await Promise.allSettled(Array.from({ length: 400 }, () => nango.post({ endpoint: '/x', data: text })));
        return all.some((one: any) => one.reason?.code === 'too_many_bytes');
    },
});
