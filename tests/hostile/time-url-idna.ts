// Hosts with long international names.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) try { new URL('http://' + '例'.repeat(3000) + '.example/'); } catch {}
    },
});
