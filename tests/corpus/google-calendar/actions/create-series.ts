import { createAction } from 'nango';
import * as z from 'zod';

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

const Rule = z.discriminatedUnion('every', [
    z.object({ every: z.literal('day'), times: z.int().positive() }),
    z.object({ every: z.literal('week'), on: z.array(z.enum(WEEKDAYS)).nonempty(), until: z.iso.date() }),
    z.object({ every: z.literal('month'), day: z.int().min(1).max(31), times: z.int().positive() }),
]);

function rrule(rule: z.infer<typeof Rule>): string {
    switch (rule.every) {
        case 'day':
            return `RRULE:FREQ=DAILY;COUNT=${rule.times}`;
        case 'week':
            return `RRULE:FREQ=WEEKLY;BYDAY=${rule.on.join(',')};UNTIL=${rule.until.replaceAll('-', '')}T235959Z`;
        case 'month':
            return `RRULE:FREQ=MONTHLY;BYMONTHDAY=${rule.day};COUNT=${rule.times}`;
    }
}

export default createAction({
    description: 'Recurrence rules from a discriminated union; days of a month that not every month has',
    version: '1.0.0',
    input: z.object({ summary: z.string(), first: z.iso.date(), rule: Rule }),
    output: z.object({ id: z.string(), rule: z.string(), weekday: z.string(), month_days: z.array(z.number()) }),
    exec: async (nango, { summary, first, rule }) => {
        const start = new Date(first);
        const end = new Date(start);
        end.setUTCDate(end.getUTCDate() + 1);
        const { data } = await nango.post({
            endpoint: '/calendar/v3/calendars/primary/events',
            params: { sendUpdates: 'none', conferenceDataVersion: 1 },
            data: {
                summary,
                start: { date: first },
                end: { date: end.toISOString().slice(0, 10) },
                recurrence: [rrule(rule)],
            },
        });
        const lengths = Array.from({ length: 3 }, (_, month) =>
            new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + month + 1, 0)).getUTCDate(),
        );
        return { id: data.id, rule: data.recurrence[0], weekday: WEEKDAYS[start.getUTCDay()]!, month_days: lengths };
    },
});
