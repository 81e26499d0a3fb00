// Properties of Unicode.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) 'ä'.repeat(100_000).replace(/\p{L}+?\p{N}/gu, '');
    },
});
