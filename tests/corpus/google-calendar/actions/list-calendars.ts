import { createAction } from 'nango';
import * as z from 'zod';

const Role = z.enum(['owner', 'writer', 'reader']);

export default createAction({
    description: 'Calendars by the template alone, then sorted as people of a language sort',
    version: '1.0.0',
    input: z.object({ minimum: Role, locale: z.string() }),
    output: z.array(z.object({ id: z.string(), name: z.string(), role: Role })),
    exec: async (nango, { minimum, locale }) => {
        const enough = new Set(Role.options.slice(0, Role.options.indexOf(minimum) + 1));
        const found: { id: string; name: string; role: z.infer<typeof Role> }[] = [];
        for await (const page of nango.paginate({
            endpoint: '/calendar/v3/users/me/calendarList',
            paginate: { limit: 2 },
        })) {
            for (const { id, summary, summaryOverride, accessRole } of page) {
                if (enough.has(accessRole)) {
                    found.push({ id, name: summaryOverride ?? summary, role: accessRole });
                }
            }
        }
        const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
        return found.sort((one, other) => collator.compare(one.name, other.name));
    },
});
