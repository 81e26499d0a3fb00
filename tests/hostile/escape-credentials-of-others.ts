// A connection that is somebody else's.
// outcome: succeeded
// limits: cpu=2s
// returns: {"other":"refused","control":"one"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        let other = 'refused';
        try {
            await nango.getConnection('hubspot', 'not-mine');
            other = 'found';
        } catch {}
        const { connection_id } = await nango.getConnection();
        return { other, control: connection_id };
    },
});
