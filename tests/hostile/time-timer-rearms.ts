// A timer that arms itself again while it runs.
// outcome: stopped execution_timeout
// limits: wall=300ms cpu=5s
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const again = (): void => { setTimeout(again, 1); };
        again();
        await new Promise(() => setInterval(() => undefined, 1000));
    },
});
