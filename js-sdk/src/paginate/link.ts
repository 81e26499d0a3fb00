// Where the next page is, for providers that say it with a URL.
import { ObjectHasOwn, RegExpPrototypeExec, StringPrototypeSplit, StringPrototypeToLowerCase } from '../primordials.ts';
import type { ProxyResponse } from '../types.ts';
import type { LinkOptions } from './options.ts';
import { readPath } from './path.ts';
import type { Config } from './request.ts';

/** `https://host:port` and what follows. */
const ABSOLUTE = /^(https?):\/\/([^/?#\\]+)([^#]*)/i;

interface Absolute {
    origin: string;
    rest: string;
}

function absolute(url: string): Absolute | null {
    const found = RegExpPrototypeExec(ABSOLUTE, url);
    if (found === null) {
        return null;
    }
    const scheme = StringPrototypeToLowerCase(found[1] ?? '');
    const host = StringPrototypeToLowerCase(found[2] ?? '');
    const port = RegExpPrototypeExec(scheme === 'https' ? /^(.*):443$/ : /^(.*):80$/, host);
    return { origin: `${scheme}://${port?.[1] ?? host}`, rest: found[3] || '/' };
}

/** The URL of the link with relation `rel` in a `Link` header (RFC 8288). */
export function linkInHeader(header: unknown, rel: string): string | null {
    if (typeof header !== 'string') {
        return null;
    }
    const link = /<([^>]*)>([^<]*)/g;
    for (let found = RegExpPrototypeExec(link, header); found !== null; found = RegExpPrototypeExec(link, header)) {
        const relation = RegExpPrototypeExec(/;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i, found[2] ?? '');
        const names = StringPrototypeSplit(relation?.[1] ?? relation?.[2] ?? '', ' ');
        for (let index = 0; index < names.length; index++) {
            if (names[index] === rel && found[1]) {
                return found[1];
            }
        }
    }
    return null;
}

/** The link to the page after `response`; null on the last page. */
export function nextLink(options: LinkOptions, response: ProxyResponse): string | null {
    if (options.headerRel !== null && ObjectHasOwn(response.headers, 'link')) {
        const link = linkInHeader(response.headers['link'], options.headerRel);
        if (link !== null) {
            return link;
        }
    }
    const link = options.bodyPath === null ? undefined : readPath(response.data, options.bodyPath);
    return typeof link === 'string' && link !== '' ? link : null;
}

/**
 * The configuration of the page behind `link`. The request carries the connection's credentials, so the link has to
 * lead to the origin that answered with it.
 */
export function followLink(config: Config, link: string, response: ProxyResponse): Config {
    const { params: _, ...rest } = config;
    const target = absolute(link);
    if (target === null) {
        return { ...rest, endpoint: link };
    }
    const answered = absolute(typeof response.config['url'] === 'string' ? response.config['url'] : '');
    // A recorded answer comes from a host that cannot exist (RFC 6761), and nothing is sent there.
    const recorded = answered !== null && RegExpPrototypeExec(/\.invalid$/, answered.origin) !== null;
    if (answered !== null && !recorded && answered.origin !== target.origin) {
        throw new Error(
            `the next page is at ${target.origin}, not at ${answered.origin}: paginate does not take the ` +
                "connection's credentials to another origin",
        );
    }
    return { ...rest, baseUrlOverride: target.origin, endpoint: target.rest };
}
