import { parse, resolve } from 'url';

import { createAction } from 'nango';
import * as z from 'zod';

const Link = z.object({
    href: z.string(),
    host: z.string(),
    utm: z.record(z.string(), z.string()),
    legacy: z.string().nullable(),
});

export default createAction({
    description:
        'URLs by the class and by the older functions: relative ones, IDN, IPv6, parameters that are kept apart',
    version: '1.0.0',
    input: z.object({ base: z.string(), links: z.array(z.string()) }),
    output: z.object({ links: z.array(Link), broken: z.array(z.string()) }),
    exec: (_nango, { base, links }) => {
        const broken: string[] = [];
        const rewritten = links.flatMap((link) => {
            if (!URL.canParse(link, base)) {
                broken.push(link);
                return [];
            }
            const url = new URL(link, base);
            const utm: Record<string, string> = {};
            for (const [name, value] of [...url.searchParams]) {
                if (name.startsWith('utm_')) {
                    utm[name.slice(4)] = value;
                    url.searchParams.delete(name);
                }
            }
            url.hash = '';
            return [{ href: url.href, host: url.host, utm, legacy: parse(resolve(base, link)).pathname }];
        });
        return { links: rewritten, broken };
    },
});
