// One text of 256 MB, made in one step: V8 does not look at the heap's limit for it. Held while the run waits.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=64MiB
// peak: 700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const text = 'x'.repeat(2 ** 28);
        // As long as it is not looked at, it is a rope.
        text.charCodeAt(5);
        await new Promise((resolve) => setTimeout(resolve, 10));
        return text.length;
    },
});
