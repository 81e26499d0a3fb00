import * as z from 'zod';

/** What these functions keep with a connection. */
export const Metadata = z.object({
    accountId: z.string().optional(),
    webhookId: z.string().optional()
});
