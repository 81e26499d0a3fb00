// And one with lookbehind, inside `replace`.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) 'a'.repeat(30_000).replace(/(?<=(a*)*)b/gu, '');
    },
});
