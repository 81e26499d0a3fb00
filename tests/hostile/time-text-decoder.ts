// Decoded text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const bytes = new Uint8Array(1_000_000).fill(0xe4);
        for (;;) new TextDecoder().decode(bytes);
    },
});
