import { createAction } from 'nango';
import * as z from 'zod';

const When = z.union([
    z.object({ date: z.iso.date() }),
    z.object({ dateTime: z.iso.datetime({ offset: true }), timeZone: z.string().optional() }),
]);
const Event = z.object({
    id: z.string(),
    summary: z.string().default('(busy)'),
    start: When,
    end: When,
    attendees: z.array(z.object({ email: z.string(), responseStatus: z.string() })).optional(),
});

export default createAction({
    description:
        'Whole days and moments as a union; pages by nextPageToken, and the sync token of the last one is kept',
    version: '1.0.0',
    input: z.object({ calendar: z.string() }),
    output: z.object({
        events: z.array(
            z.object({
                id: z.string(),
                title: z.string(),
                all_day: z.boolean(),
                hours: z.number(),
                accepted: z.number(),
            }),
        ),
        full: z.boolean(),
    }),
    metadata: z.object({ syncTokens: z.record(z.string(), z.string()).optional() }),
    exec: async (nango, { calendar }) => {
        const metadata = await nango.getMetadata();
        const known = metadata?.syncTokens?.[calendar];
        const found: z.infer<typeof Event>[] = [];
        let syncToken: string | undefined;
        const read = async (params: Record<string, string>) => {
            const pages = nango.paginate({
                endpoint: `/calendar/v3/calendars/${encodeURIComponent(calendar)}/events`,
                params,
                paginate: {
                    type: 'cursor',
                    cursor_path_in_response: 'nextPageToken',
                    cursor_name_in_request: 'pageToken',
                    response_path: 'items',
                    limit_name_in_request: 'maxResults',
                    limit: 2,
                    on_page: async ({ response }) => {
                        syncToken = response.data.nextSyncToken ?? syncToken;
                    },
                },
            });
            for await (const page of pages) {
                found.push(...page.map((item) => Event.parse(item)));
            }
        };
        let full = !known;
        try {
            await read(known ? { syncToken: known } : { singleEvents: 'true' });
        } catch (error) {
            if ((error as { response?: { status: number } }).response?.status !== 410) {
                throw error;
            }
            full = true;
            await read({ singleEvents: 'true' });
        }
        if (syncToken) {
            await nango.updateMetadata({ syncTokens: { ...metadata?.syncTokens, [calendar]: syncToken } });
        }
        const time = (when: z.infer<typeof When>) => Date.parse('date' in when ? when.date : when.dateTime);
        const events = found.map(({ id, summary, start, end, attendees = [] }) => ({
            id,
            title: summary,
            all_day: 'date' in start,
            hours: (time(end) - time(start)) / 3_600_000,
            accepted: attendees.filter(({ responseStatus }) => responseStatus === 'accepted').length,
        }));
        return { events, full };
    },
});
