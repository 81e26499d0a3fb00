// Segments of a long text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (const _ of new Intl.Segmenter('th', { granularity: 'word' }).segment('ภาษาไทย'.repeat(1_000_000)));
    },
});
