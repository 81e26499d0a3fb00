// One log line of 64 MB.
// outcome: succeeded
// limits: heap=256MiB cpu=5s
// peak: 900MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.log('ä'.repeat(32_000_000));
        console.log({ text: 'x'.repeat(32_000_000) });
        return 'done';
    },
});
