// An answer of 64 MiB, packed by zstd, which nobody asked for.
// outcome: succeeded
// limits: cpu=5s heap=128MiB
// returns: "not unpacked"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        try {
            const { data } = await nango.get({ endpoint: '/bomb/zstd' });
            return String(data).length < 1_000_000 ? 'not unpacked' : 'unpacked';
        } catch {
            return 'not unpacked';
        }
    },
});
