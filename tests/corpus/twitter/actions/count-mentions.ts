import { createAction } from 'nango';
import * as z from 'zod';

const Mentions = z.record(z.string().regex(/^@\w{1,15}$/), z.number().int().positive());

export default createAction({
    description: 'Counts over a cursor that sits in a nested place, with big ids as text; weeks start on Monday',
    version: '1.0.0',
    input: z.object({ user: z.string().regex(/^\d+$/) }),
    output: z.object({ mentions: Mentions, newest: z.string(), by_week: z.record(z.string(), z.number()) }),
    exec: async (nango, { user }) => {
        const mentions: Record<string, number> = {};
        const weeks: Record<string, number> = {};
        let newest = 0n;
        const paginate = {
            type: 'cursor' as const,
            cursor_path_in_response: 'meta.next_token',
            cursor_name_in_request: 'pagination_token',
            response_path: 'data',
            limit_name_in_request: 'max_results',
            limit: 2,
        };
        for await (const page of nango.paginate<{ id: string; text: string; created_at: string }>({
            endpoint: `/2/users/${user}/mentions`,
            paginate,
        })) {
            for (const { id, text, created_at: at } of page) {
                newest = BigInt(id) > newest ? BigInt(id) : newest;
                for (const [name] of text.matchAll(/@\w{1,15}/g)) {
                    mentions[name] = (mentions[name] ?? 0) + 1;
                }
                const day = new Date(at);
                day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
                const week = day.toISOString().slice(0, 10);
                weeks[week] = (weeks[week] ?? 0) + 1;
            }
        }
        return { mentions, newest: newest.toString(), by_week: weeks };
    },
});
