// Memory that nobody has.
// outcome: stopped heap_limit_exceeded
// limits: cpu=3s
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (const size of [2 ** 53 - 1, -1, Infinity]) try { new ArrayBuffer(size); } catch (error) { if (!(error instanceof RangeError)) throw error; }
        try { new ArrayBuffer(2 ** 33); } catch {}
        return 'went on';
    },
});
