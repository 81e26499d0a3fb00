// Weak references that are asked for.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const ref = new WeakRef({});
        for (;;) ref.deref();
    },
});
