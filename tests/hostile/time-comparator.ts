// A comparator that sorts.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list = Array.from({ length: 1000 }, (_, i) => i);
        for (;;) [...list].sort(() => { [...list].sort((one, other) => other - one); return 0; });
    },
});
