import { createAction } from 'nango';
import * as z from 'zod';

import { toUser, User } from '../user.js';
import type { OktaUser } from '../user.js';

export default createAction({
    description:
        'Link headers whose relation has an odd place, with options of the call; a search expression in the query',
    version: '1.0.0',
    input: z.object({ since: z.iso.datetime() }),
    output: z.object({ users: z.array(User), next: z.array(z.string()) }),
    exec: async (nango, { since }) => {
        const users: z.infer<typeof User>[] = [];
        const next: string[] = [];
        const pages = nango.paginate<OktaUser>({
            endpoint: '/api/v1/users',
            params: { search: `lastUpdated gt "${since}" and (status eq "ACTIVE" or status eq "STAGED")` },
            paginate: {
                type: 'link',
                link_rel_in_response_header: 'next',
                limit_name_in_request: 'limit',
                limit: 2,
                on_page: async ({ nextPageParam }) => {
                    next.push(
                        nextPageParam === undefined
                            ? 'end'
                            : (new URL(String(nextPageParam)).searchParams.get('after') ?? '?'),
                    );
                },
            },
        });
        for await (const page of pages) {
            users.push(...page.map(toUser));
        }
        return { users, next };
    },
});
