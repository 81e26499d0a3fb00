// More runs than a run may trigger.
// outcome: succeeded
// limits: cpu=3s
// returns: 5
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        let refused = 0;
        for (let i = 0; i < 205; i++) await nango.triggerAction('hubspot', nango.connectionId, 'fine', {}).catch((error: any) => { if (error.code === 'too_many_runs') refused++; });
        return refused;
    },
});
