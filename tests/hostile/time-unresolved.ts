// A promise that nothing settles.
// outcome: failed never_settled
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        await new Promise(() => undefined);
    },
});
