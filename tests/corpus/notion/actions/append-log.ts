import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'Appends a line in the time zone of the workspace; optional, nullable and default values side by side',
    version: '1.0.0',
    input: z.object({
        page: z.string(),
        text: z.string(),
        at: z.iso.datetime(),
        color: z.enum(['default', 'red', 'blue']).default('default'),
        link: z.url().nullable(),
        language: z.string().optional(),
    }),
    output: z.object({ block: z.string(), written: z.string() }),
    exec: async (nango, input) => {
        const { connection_config: config } = await nango.getConnection();
        const format = new Intl.DateTimeFormat(input.language ?? 'en-US', {
            timeZone: config['time_zone'],
            year: 'numeric',
            month: 'long',
            day: 'numeric',
            hour: '2-digit',
            minute: '2-digit',
            hour12: false,
        });
        const parts = Object.fromEntries(
            format.formatToParts(new Date(input.at)).map(({ type, value }) => [type, value]),
        );
        const content = `${parts['day']} ${parts['month']} ${parts['year']}, ${parts['hour']}:${parts['minute']}: ${input.text}`;
        const text = { content, link: input.link === null ? null : { url: input.link } };
        const { data } = await nango.patch({
            endpoint: `/v1/blocks/${input.page}/children`,
            data: { children: [{ paragraph: { rich_text: [{ text }], color: input.color } }] },
        });
        return { block: data.results[0].id, written: content };
    },
});
