// Comparisons of long texts.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const a = 'a'.repeat(1_000_000);
        for (let n = 0; ; n++) if (a + n === a) break;
    },
});
