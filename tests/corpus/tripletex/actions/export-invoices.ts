import { createAction } from 'nango';
import * as z from 'zod';

const Invoice = z.object({
    number: z.number(),
    due: z.iso.date(),
    amount: z.string(),
    overdue_days: z.number().int().nonnegative(),
});

const DAY = 24 * 60 * 60 * 1000;

export default createAction({
    description: 'Offset by what came, until a page is short; due dates as calendar days, amounts in Norwegian',
    version: '1.0.0',
    input: z.object({ from: z.iso.date(), today: z.iso.date() }),
    output: z.array(Invoice),
    exec: async (nango, { from, today }) => {
        const money = new Intl.NumberFormat('nb-NO', { style: 'currency', currency: 'NOK' });
        const invoices: z.infer<typeof Invoice>[] = [];
        const pages = nango.paginate<{ invoiceNumber: number; invoiceDueDate: string; amountOutstanding: number }>({
            endpoint: '/v2/invoice',
            params: { invoiceDateFrom: from, invoiceDateTo: today, fields: '*' },
            paginate: {
                type: 'offset',
                offset_name_in_request: 'from',
                limit_name_in_request: 'count',
                limit: 2,
                response_path: 'values',
            },
        });
        for await (const page of pages) {
            for (const { invoiceNumber: number, invoiceDueDate: due, amountOutstanding: amount } of page) {
                const late = (Date.parse(today) - Date.parse(due)) / DAY;
                invoices.push({ number, due, amount: money.format(amount), overdue_days: Math.max(0, late) });
            }
        }
        return invoices;
    },
});
