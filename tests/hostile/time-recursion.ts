// Recursion to the end of the stack.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const down = (): number => { try { return down() + 1; } catch { return 0; } };
        for (;;) down();
    },
});
