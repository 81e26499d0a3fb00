import { createAction } from 'nango';
import * as z from 'zod';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string) =>
    text
        .replace(/^<!\[CDATA\[([\s\S]*)\]\]>$/, '$1')
        .replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
            const code = hex ? parseInt(hex, 16) : decimal ? Number(decimal) : undefined;
            return code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(code);
        });

const tag = (xml: string, name: string) => {
    const found = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
    return found === undefined ? null : decoded(found.trim());
};

export default createAction({
    description: 'XML without a parser, from a host that the call names; dates of RFC 822 become ISO ones',
    version: '1.0.0',
    input: z.object({ host: z.url(), path: z.string() }),
    output: z.object({
        title: z.string().nullable(),
        items: z.array(
            z.object({ title: z.string().nullable(), link: z.string().nullable(), at: z.string().nullable() }),
        ),
    }),
    exec: async (nango, { host, path }) => {
        const { data } = await nango.get<string>({
            baseUrlOverride: host,
            endpoint: path,
            headers: { Accept: 'application/rss+xml' },
        });
        const items = [...data.matchAll(/<item>([\s\S]*?)<\/item>/g)].map(([, item = '']) => {
            const date = tag(item, 'pubDate');
            return {
                title: tag(item, 'title'),
                link: tag(item, 'link'),
                at: date ? new Date(date).toISOString() : null,
            };
        });
        return { title: tag(data.replace(/<item>[\s\S]*<\/item>/, ''), 'title'), items };
    },
});
