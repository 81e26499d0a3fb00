import { createAction } from 'nango';
import * as z from 'zod';

const Slot = z.object({
    start: z.iso.datetime({ offset: true }),
    end: z.iso.datetime({ offset: true }),
    label: z.string(),
});

interface Busy {
    start: string;
    end: string;
}

/** What is left of a span when the busy ones are taken out. */
function* gaps(from: number, to: number, busy: readonly Busy[]): Generator<[number, number]> {
    let free = from;
    for (const { start, end } of busy.toSorted((one, other) => Date.parse(one.start) - Date.parse(other.start))) {
        if (Date.parse(start) > free) {
            yield [free, Math.min(Date.parse(start), to)];
        }
        free = Math.max(free, Date.parse(end));
    }
    if (free < to) {
        yield [free, to];
    }
}

export default createAction({
    description:
        'Gaps between overlapping appointments, shown in the calendar’s own time zone over a change of the clocks',
    version: '1.0.0',
    input: z.object({
        from: z.iso.datetime({ offset: true }),
        to: z.iso.datetime({ offset: true }),
        minutes: z.number().int().positive(),
        locale: z.string(),
    }),
    output: z.object({ zone: z.string(), slots: z.array(Slot) }),
    exec: async (nango, { from, to, minutes, locale }) => {
        const settings = await nango.get<{ value: string }>({ endpoint: '/calendar/v3/users/me/settings/timezone' });
        const zone = settings.data.value;
        const { data } = await nango.post<{ calendars: Record<string, { busy: Busy[] }> }>({
            endpoint: '/calendar/v3/freeBusy',
            data: {
                timeMin: new Date(from),
                timeMax: new Date(to),
                timeZone: zone,
                items: [{ id: 'primary' }, { id: 'team' }],
            },
        });
        const busy = Object.values(data.calendars).flatMap((calendar) => calendar.busy);
        const clock = new Intl.DateTimeFormat(locale, {
            timeZone: zone,
            weekday: 'short',
            hour: 'numeric',
            minute: '2-digit',
            timeZoneName: 'short',
        });
        const slots = [...gaps(Date.parse(from), Date.parse(to), busy)]
            .filter(([start, end]) => end - start >= minutes * 60_000)
            .map(([start, end]) => ({
                start: new Date(start).toISOString(),
                end: new Date(end).toISOString(),
                label: clock.format(start).replace(/[\u202f\u00a0]/g, ' '),
            }));
        return { zone, slots };
    },
});
