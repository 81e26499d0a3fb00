import { createAction } from 'nango';
import * as z from 'zod';

const Member = z.object({ email: z.string(), labels: z.array(z.string()), joined: z.iso.date() });

export default createAction({
    description:
        'Offset pagination by page number from 1, whose last page is found by its length; sets and their difference',
    version: '1.0.0',
    input: z.object({ known: z.array(z.string()) }),
    output: z.object({
        members: z.array(Member),
        added: z.array(z.string()),
        removed: z.array(z.string()),
        pages: z.array(z.number()),
    }),
    exec: async (nango, { known }) => {
        const members: z.infer<typeof Member>[] = [];
        const pages: number[] = [];
        const request = {
            endpoint: '/ghost/api/admin/members/',
            params: { order: 'created_at asc' },
            paginate: {
                type: 'offset' as const,
                offset_name_in_request: 'page',
                offset_start_value: 1,
                offset_calculation_method: 'per-page' as const,
                limit_name_in_request: 'limit',
                limit: 2,
                response_path: 'members',
                on_page: async ({ nextPageParam }: { nextPageParam?: string | number | undefined }) => {
                    pages.push(Number(nextPageParam));
                },
            },
        };
        for await (const page of nango.paginate<{ email: string; labels: { name: string }[]; created_at: string }>(
            request,
        )) {
            members.push(
                ...page.map(({ email, labels, created_at: at }) => ({
                    email,
                    labels: labels.map(({ name }) => name),
                    joined: at.slice(0, 10),
                })),
            );
        }
        const now = new Set(members.map(({ email }) => email));
        const before = new Set(known);
        return {
            members,
            added: [...now].filter((email) => !before.has(email)),
            removed: known.filter((email) => !now.has(email)),
            pages,
        };
    },
});
