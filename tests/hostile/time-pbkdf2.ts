// Key derivation in a loop.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';
import { pbkdf2Sync } from 'crypto';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) pbkdf2Sync('a', 'b', 50_000, 32, 'sha512');
    },
});
