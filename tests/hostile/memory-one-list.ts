// One list of a hundred million, made in one step: V8 does not look at the heap's limit for it. Held while the run waits.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=64MiB
// peak: 1400MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const million = new Array(1e6).fill(1);
        const all = ([] as number[]).concat(...Array.from({ length: 100 }, () => million));
        await new Promise((resolve) => setTimeout(resolve, 10));
        return all.length;
    },
});
