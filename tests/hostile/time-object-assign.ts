// Properties of a long text.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) Object.assign({}, 'x'.repeat(1_000_000));
    },
});
