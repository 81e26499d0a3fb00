import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'The same pages by paginate: a relative link in the body, called by its options alone',
    version: '1.0.0',
    input: z.object({ fields: z.array(z.string()).nonempty() }),
    output: z.object({ csv: z.string(), links: z.array(z.string().nullable()) }),
    exec: async (nango, { fields }) => {
        const links: (string | null)[] = [];
        const lines = [fields.join(',')];
        const pages = nango.paginate<Record<string, unknown>>({
            endpoint: '/services/data/v60.0/query',
            params: `q=${encodeURIComponent(`SELECT ${fields.join(', ')} FROM Contact`)}`,
            paginate: {
                type: 'link',
                link_path_in_response_body: 'nextRecordsUrl',
                response_path: 'records',
                on_page: async ({ nextPageParam }) => {
                    links.push(nextPageParam === undefined ? null : String(nextPageParam));
                },
            },
        });
        const cell = (value: unknown) => {
            const text = value === null || value === undefined ? '' : String(value);
            return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        };
        for await (const page of pages) {
            lines.push(...page.map((row) => fields.map((field) => cell(row[field])).join(',')));
        }
        return { csv: lines.join('\r\n'), links };
    },
});
