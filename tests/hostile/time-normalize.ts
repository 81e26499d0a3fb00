// A text that ICU works on for seconds: the caller is let go, the thread comes back.
// outcome: stopped cpu_limit_exceeded
// limits: heap=1GiB
// peak: 1900MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        'ﬁ\u0301각'.repeat(20_000_000).normalize('NFKD');
    },
});
