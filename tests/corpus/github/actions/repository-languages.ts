import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Shares of languages: a record of numbers becomes a record of percentages',
    version: '1.0.0',
    input: z.object({ repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/) }),
    output: z.object({ main: z.string().nullable(), percent: z.record(z.string(), z.number()) }),
    exec: async (nango, { repository }) => {
        const { data } = await nango.get<Record<string, number>>({
            endpoint: `https://api.github.com/repos/${repository}/languages`,
        });
        const total = Object.values(data).reduce((sum, bytes) => sum + bytes, 0);
        const sorted = Object.entries(data).sort(([, one], [, other]) => other - one);
        const percent = Object.fromEntries(
            sorted.map(([name, bytes]) => [name, Number(((100 * bytes) / total).toFixed(1))]),
        );
        return { main: sorted[0]?.[0] ?? null, percent };
    },
});
