// A schema whose refinement never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';
import { z } from 'zod';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        await nango.zodValidateInput({ zodSchema: z.string().refine(() => { for (;;); }), input: 'x' });
    },
});
