// A provider whose answer has no end.
// outcome: failed script_network_error | failed script_http_error | stopped execution_timeout
// limits: wall=2s cpu=2s
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.get({ endpoint: '/endless' });
    },
});
