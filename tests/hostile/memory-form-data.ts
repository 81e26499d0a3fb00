// A form that grows.
// outcome: stopped heap_limit_exceeded | failed script_internal_error
// limits: cpu=5s heap=32MiB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const form = new FormData();
        for (;;) form.append('a', 'x'.repeat(10_000) + Math.random());
    },
});
