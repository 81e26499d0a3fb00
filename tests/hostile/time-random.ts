// Random bytes.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) crypto.getRandomValues(new Uint8Array(65_536));
    },
});
