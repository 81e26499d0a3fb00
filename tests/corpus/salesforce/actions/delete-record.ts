import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Nothing is caught: what Salesforce answers is the error of the run, a list as well as an object',
    version: '1.0.0',
    input: z.object({ object: z.string(), id: z.string() }),
    output: z.void(),
    exec: async (nango, { object, id }) => {
        await nango.delete({ endpoint: `/services/data/v60.0/sobjects/${object}/${id}` });
    },
});
