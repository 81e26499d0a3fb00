import { createAction } from 'nango';
import * as z from 'zod';

enum Field {
    FirstName = 1,
    LastName = 2,
    Email = 3,
    OptIn = 31,
}

const Contact = z.object({
    email: z.email(),
    first: z.string().optional(),
    last: z.string().optional(),
    opt_in: z.union([z.boolean(), z.literal('unknown')]),
});

export default createAction({
    description: 'A numeric enum as keys; a reply code within a 200; what was refused comes as a map of maps',
    version: '1.0.0',
    input: z.object({ contacts: z.array(Contact).min(1) }),
    output: z.object({
        ids: z.array(z.string()),
        refused: z.array(z.object({ email: z.string(), code: z.number(), reason: z.string() })),
    }),
    exec: async (nango, { contacts }) => {
        const rows = contacts.map(({ email, first, last, opt_in: optIn }) => ({
            [Field.Email]: email,
            ...(first === undefined ? {} : { [Field.FirstName]: first }),
            ...(last === undefined ? {} : { [Field.LastName]: last }),
            [Field.OptIn]: optIn === 'unknown' ? '' : optIn ? '1' : '2',
        }));
        const { data } = await nango.put({
            endpoint: '/api/v2/contact',
            params: { create_if_not_exists: 1 },
            data: { key_id: String(Field.Email), contacts: rows },
        });
        if (data.replyCode !== 0) {
            throw new nango.ActionError({ code: data.replyCode, message: data.replyText });
        }
        const errors: Record<string, Record<string, string>> = data.data.errors ?? {};
        const refused = Object.entries(errors).flatMap(([email, reasons]) =>
            Object.entries(reasons).map(([code, reason]) => ({ email, code: Number(code), reason })),
        );
        return { ids: data.data.ids, refused };
    },
});
