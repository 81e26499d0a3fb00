// Recursion through promises.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const down = async (): Promise<void> => { await null; return down(); };
        await down();
    },
});
