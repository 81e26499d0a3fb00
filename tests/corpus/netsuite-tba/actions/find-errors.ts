import { createAction } from 'nango';
import * as z from 'zod';

interface Problem {
    type: string;
    title: string;
    status: number;
    'o:errorDetails'?: { detail: string; 'o:errorPath'?: string; 'o:errorCode': string }[];
}

export default createAction({
    description: 'Problem details (RFC 9457) with prefixed names become one flat error',
    version: '1.0.0',
    input: z.object({ record: z.string(), id: z.number() }),
    output: z.object({ version: z.string() }),
    exec: async (nango, { record, id }) => {
        try {
            const { data } = await nango.patch({
                endpoint: `/record/v1/${record}/${id}`,
                data: { memo: null },
                headers: { 'X-NetSuite-PropertyNameValidation': 'Error' },
            });
            return { version: data.version };
        } catch (error) {
            const problem = (error as { response?: { data: Problem } }).response?.data;
            const details = problem?.['o:errorDetails'] ?? [];
            throw new nango.ActionError({
                title: problem?.title,
                codes: details.map((detail) => detail['o:errorCode']),
                paths: details.flatMap((detail) => detail['o:errorPath'] ?? []),
            });
        }
    },
});
