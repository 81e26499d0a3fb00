// An action that triggers itself sixteen times on each level.
// outcome: succeeded | stopped cpu_limit_exceeded | stopped execution_timeout
// limits: cpu=2s wall=8s
// peak: 2500MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const depth = (input?.depth ?? 0) + 1;
        const all = Array.from({ length: 16 }, () => nango.triggerAction('hubspot', nango.connectionId, 'memory-actions', { depth }).catch(() => undefined));
        await Promise.all(all);
        return depth;
    },
});
