import { createAction } from 'nango';
import * as z from 'zod';

const Local = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);

/** The moment of a wall clock in a time zone, found by its offset; twice, because the offset may change in between. */
function moment(local: string, timeZone: string): Date {
    const wanted = Date.parse(`${local}:00Z`);
    const format = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
    });
    const offsetAt = (time: number) => {
        const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
        return (
            Date.parse(`${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:00Z`) -
            Math.floor(time / 60_000) * 60_000
        );
    };
    const first = wanted - offsetAt(wanted);
    return new Date(wanted - offsetAt(first));
}

export default createAction({
    description: 'Wall clocks and daylight saving in both directions; relative times in words',
    version: '1.0.0',
    input: z.object({ campaign: z.number(), at: Local, zone: z.string(), now: z.iso.datetime() }),
    output: z.object({ utc: z.iso.datetime(), in_words: z.string(), launched: z.boolean() }),
    exec: async (nango, { campaign, at, zone, now }) => {
        const when = moment(at, zone);
        const hours = Math.round((when.getTime() - Date.parse(now)) / 3_600_000);
        const words = new Intl.RelativeTimeFormat('de', { numeric: 'auto' });
        const inWords =
            Math.abs(hours) < 48 ? words.format(hours, 'hour') : words.format(Math.round(hours / 24), 'day');
        const { data } = await nango.post({
            endpoint: `/api/v2/email/${campaign}/launch`,
            data: { schedule: when.toISOString().replace('T', ' ').slice(0, 16), timezone: 'UTC' },
        });
        return { utc: when.toISOString(), in_words: inWords, launched: data.replyCode === 0 };
    },
});
