// Back references.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) /(x+)(x+)\1\2y/.test('x'.repeat(3000));
    },
});
