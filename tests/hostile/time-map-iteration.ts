// A map that grows while it is walked.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all = new Map([[0, 0]]);
        for (const [key] of all) { all.delete(key); all.set(key + 1, 0); }
    },
});
