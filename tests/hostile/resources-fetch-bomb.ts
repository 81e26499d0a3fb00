// A bomb that `fetch` unpacks.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// returns: "refused"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (_: any, input: any) => {
        try {
            const answer = await fetch(input.provider + '/bomb/gzip');
            const { length } = await answer.text();
            return length > 16 * 1024 * 1024 ? 'unpacked' : 'refused';
        } catch {
            return 'refused';
        }
    },
});
