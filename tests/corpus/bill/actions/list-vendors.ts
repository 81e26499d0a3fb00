import { createAction } from 'nango';
import * as z from 'zod';

const Vendor = z.object({ id: z.string(), name: z.string(), balance: z.number(), active: z.boolean() });

export default createAction({
    description:
        'Offset in the body at a dotted name: the parameters expand into nested objects, beside those of the call',
    version: '1.0.0',
    input: z.object({ filter: z.object({ name: z.string() }).partial() }),
    output: z.object({ vendors: z.array(Vendor), sum: z.string() }),
    exec: async (nango, { filter }) => {
        const vendors: z.infer<typeof Vendor>[] = [];
        const pages = nango.paginate<{ id: string; name: string; balance: string; isActive: '1' | '2' }>({
            method: 'POST',
            endpoint: '/api/v3/vendors/search',
            data: { filter, page: { sort: 'name' } },
            paginate: {
                type: 'offset',
                offset_name_in_request: 'page.start',
                limit_name_in_request: 'page.max',
                limit: 2,
                response_path: 'results.list',
            },
        });
        for await (const page of pages) {
            vendors.push(
                ...page.map(({ isActive, balance, ...rest }) => ({
                    ...rest,
                    balance: Number(balance),
                    active: isActive === '1',
                })),
            );
        }
        const sum = vendors.reduce((total, { balance }) => total + BigInt(Math.round(balance * 100)), 0n);
        return { vendors, sum: `${sum / 100n}.${String(sum % 100n).padStart(2, '0')}` };
    },
});
