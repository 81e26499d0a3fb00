// 10,000 requests at once: most are refused.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: ["answered","too_many_calls"]
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const all = await Promise.allSettled(Array.from({ length: 10_000 }, () => nango.get({ endpoint: '/echo' })));
        const codes = new Set(all.map((one: any) => one.reason?.code ?? 'answered'));
        return [...codes].sort();
    },
});
