// Weak references and finalizers.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const registry = new FinalizationRegistry(() => { for (;;); });
        for (;;) registry.register({}, 1);
    },
});
