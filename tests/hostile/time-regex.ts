// A catastrophic regular expression.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        /^(a+)+$/.test('a'.repeat(40) + 'b');
        for (;;);
    },
});
