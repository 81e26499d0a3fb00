// Signals that abort signals.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) { const c = new AbortController(); const s = AbortSignal.any([c.signal]); c.abort(); void s; }
    },
});
