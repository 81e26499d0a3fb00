// 1,000 locks: they end with the run.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// peak: 900MB
// returns: 1000
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        let taken = 0;
        for (let i = 0; i < 1000; i++) if (await nango.tryAcquireLock({ key: 'lock-' + i, ttlMs: 60_000 })) taken++;
        return taken;
    },
});
