// A reducer that reduces.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const again = (): any => [1, 2].reduce(again);
        for (;;) try { again(); } catch {}
    },
});
