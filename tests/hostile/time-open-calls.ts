// Calls that nobody awaits.
// outcome: succeeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        for (let i = 0; i < 100; i++) nango.get({ endpoint: '/silent' }).catch(() => undefined);
        return 'done';
    },
});
