// Encoded and decoded text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const text = 'ä'.repeat(500_000);
        for (;;) decodeURIComponent(encodeURIComponent(text));
    },
});
