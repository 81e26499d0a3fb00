import { createAction } from 'nango';
import * as z from 'zod';

const Input = z
    .object({
        ticket: z.number().int(),
        comment: z.string().min(1).max(1000),
        public: z.boolean().default(true),
        assign_to: z.email().optional(),
        status: z.enum(['open', 'pending', 'solved']).optional(),
    })
    .superRefine((input, context) => {
        if (input.status === 'solved' && !input.assign_to) {
            context.addIssue({ code: 'custom', path: ['assign_to'], message: 'a solved ticket needs an assignee' });
        }
    });

export default createAction({
    description: 'PUT with optional parts; a refinement over two fields; 409 is tried again with the newer version',
    version: '1.0.0',
    input: z.object({
        ticket: z.number(),
        comment: z.string(),
        assign_to: z.string().optional(),
        status: z.string().optional(),
    }),
    output: z.object({ status: z.string(), attempts: z.number(), public: z.boolean() }),
    exec: async (nango, raw) => {
        const { data: input } = await nango.zodValidateInput({ zodSchema: Input, input: raw });
        let stamp = '2026-01-01T00:00:00Z';
        for (let attempts = 1; attempts <= 3; attempts += 1) {
            try {
                const { data } = await nango.put({
                    endpoint: `/api/v2/tickets/${input.ticket}.json`,
                    data: {
                        ticket: {
                            comment: { body: input.comment, public: input.public },
                            ...(input.assign_to ? { assignee_email: input.assign_to } : {}),
                            ...(input.status ? { status: input.status } : {}),
                            safe_update: true,
                            updated_stamp: stamp,
                        },
                    },
                });
                return { status: data.ticket.status, attempts, public: input.public };
            } catch (error) {
                const { response } = error as { response?: { status: number; data: { updated_at: string } } };
                if (response?.status !== 409) {
                    throw error;
                }
                stamp = response.data.updated_at;
            }
        }
        throw new nango.ActionError({ message: 'the ticket keeps changing', ticket: input.ticket });
    },
});
