import { createAction } from 'nango';
import * as z from 'zod';

const Priority = z.enum(['low', 'normal', 'high', 'urgent']);
const Ticket = z.object({
    id: z.number(),
    subject: z.string(),
    priority: Priority.nullable(),
    tags: z.array(z.string()),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
});

type Ticket = z.infer<typeof Ticket>;

export default createAction({
    description: 'Tickets by the absolute link in the body, grouped by priority in an order of our own',
    version: '1.0.0',
    input: z.object({ updated_since: z.iso.datetime().optional() }),
    output: z.object({ tickets: z.array(Ticket), by_priority: z.record(z.string(), z.array(z.number())) }),
    exec: async (nango, { updated_since: since }) => {
        const tickets: Ticket[] = [];
        const params = { sort_by: 'id', ...(since ? { start_time: Math.floor(Date.parse(since) / 1000) } : {}) };
        for await (const page of nango.paginate({
            endpoint: '/api/v2/tickets.json',
            params,
            paginate: { response_path: 'tickets', limit: 2 },
        })) {
            for (const { id, subject, priority, tags, custom_fields: custom } of page) {
                const fields = Object.fromEntries(
                    custom.map((field: { id: number; value: unknown }) => [`field_${field.id}`, field.value]),
                );
                tickets.push({ id, subject, priority, tags, fields });
            }
        }
        const order = [...Priority.options].reverse();
        const grouped = order.map(
            (priority) =>
                [priority, tickets.filter((ticket) => ticket.priority === priority).map(({ id }) => id)] as const,
        );
        return { tickets, by_priority: Object.fromEntries(grouped.filter(([, ids]) => ids.length > 0)) };
    },
});
