import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Gives back what it gets',
    version: '1.0.0',
    input: z.object({ text: z.string() }),
    output: z.object({ text: z.string() }),
    exec: async (nango, input) => {
        await nango.log(input.text);
        return { text: input.text };
    }
});
