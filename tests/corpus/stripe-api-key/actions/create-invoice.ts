import { createAction } from 'nango';
import * as z from 'zod';

import { Money } from '../money.js';

export default createAction({
    description: 'A nested form: lists and objects in the notation that Stripe reads, written by the client',
    version: '1.0.0',
    input: z.object({
        customer: z.string(),
        currency: z.string().length(3),
        lines: z.array(z.object({ text: z.string(), amount: z.number() })),
        metadata: z.record(z.string(), z.string()),
        days: z.number().int().optional(),
    }),
    output: z.object({ id: z.string(), total: z.number(), form: z.record(z.string(), z.string()) }),
    exec: async (nango, { customer, currency, lines, metadata, days }) => {
        const { data } = await nango.post({
            endpoint: '/v1/invoices',
            data: {
                customer,
                currency,
                collection_method: 'send_invoice',
                days_until_due: days,
                metadata,
                lines: lines.map(({ text, amount }) => ({
                    description: text,
                    amount: Money.toUnits(amount, currency),
                })),
                expand: ['lines', 'customer'],
            },
            headers: {
                'Content-Type': 'application/x-www-form-urlencoded',
                'Idempotency-Key': `invoice-${customer}-${lines.length}`,
            },
        });
        return { id: data.id, total: Money.fromUnits(data.total, currency), form: data.form };
    },
});
