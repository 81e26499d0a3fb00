// Sorted by a collator.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list = Array.from({ length: 20_000 }, (_, i) => 'ä' + (i * 7919) % 20_000);
        for (;;) [...list].sort(new Intl.Collator('de').compare);
    },
});
