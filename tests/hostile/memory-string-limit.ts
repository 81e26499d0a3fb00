// A text beyond the longest.
// outcome: failed script_internal_error
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let text = 'x';
        for (;;) text += text;
    },
});
