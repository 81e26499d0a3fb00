import { randomBytes } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

import { toUser, User } from '../user.js';

const Profile = z
    .object({
        email: z.email(),
        first: z.string(),
        last: z.string(),
        phone: z
            .string()
            .transform((phone) => phone.replace(/[^\d+]/g, ''))
            .pipe(z.e164())
            .optional(),
    })
    .transform(({ first, last, ...rest }) => ({
        ...rest,
        login: rest.email,
        firstName: first,
        lastName: last,
        displayName: `${first} ${last}`,
    }));

export default createAction({
    description: 'Transforms piped into checks, parsed with zod itself; causes of an error are joined',
    version: '1.0.0',
    input: z.object({
        email: z.string(),
        first: z.string(),
        last: z.string(),
        phone: z.string().optional(),
        activate: z.boolean().default(false),
    }),
    output: z.object({ user: User, nonce_length: z.number() }),
    exec: async (nango, { activate, ...input }) => {
        const profile = Profile.safeParse(input);
        if (!profile.success) {
            throw new nango.ActionError(z.flattenError(profile.error).fieldErrors);
        }
        const nonce = randomBytes(12).toString('base64url');
        try {
            const { data } = await nango.post({
                endpoint: '/api/v1/users',
                params: { activate: String(activate) },
                data: { profile: profile.data },
            });
            return { user: toUser(data), nonce_length: nonce.length };
        } catch (error) {
            const { response } = error as {
                response?: { data: { errorSummary: string; errorCauses: { errorSummary: string }[] } };
            };
            if (!response) {
                throw error;
            }
            const { errorSummary: summary, errorCauses: causes } = response.data;
            throw new nango.ActionError([summary, ...causes.map((cause) => cause.errorSummary)].join(' | '));
        }
    },
});
