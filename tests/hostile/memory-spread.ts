// A spread without end.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all = [...(function* () { for (;;) yield 'x'; })()];
        return all.length;
    },
});
