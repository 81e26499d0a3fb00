// Hashes in a loop.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';
import { createHash } from 'crypto';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) createHash('sha512').update(new Uint8Array(1_000_000)).digest();
    },
});
