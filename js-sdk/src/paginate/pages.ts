// The three ways from page to page. Each ends as Nango's does.
import { ArrayIsArray, StringConstructor, StringPrototypeTrim } from '../primordials.ts';
import type { ProxyResponse } from '../types.ts';
import { followLink, nextLink } from './link.ts';
import type { CursorOptions, LinkOptions, OffsetOptions, PaginationOptions } from './options.ts';
import { readPath } from './path.ts';
import { type Config, pageConfig, withParameter } from './request.ts';

/** How one page is asked for. */
export type Send = (config: Config) => Promise<ProxyResponse>;

export type Pages = AsyncGenerator<any[], undefined, void>;

function itemsOf(options: PaginationOptions, response: ProxyResponse): any {
    return options.responsePath === '' ? response.data : readPath(response.data, options.responsePath);
}

/** How many items a page has; 0 for what is no page at all. */
function sizeOf(items: unknown): number {
    if (ArrayIsArray(items)) {
        return items.length;
    }
    return typeof items === 'string' ? items.length : 0;
}

async function report(
    options: PaginationOptions,
    nextPageParam: string | number | undefined,
    response: ProxyResponse,
): Promise<void> {
    if (options.onPage !== null) {
        await options.onPage({ nextPageParam, response });
    }
}

function cursorIn(response: ProxyResponse, path: string): string | number | undefined {
    const cursor = readPath(response.data, path);
    if (typeof cursor === 'number') {
        return cursor;
    }
    const text = typeof cursor === 'string' ? StringPrototypeTrim(cursor) : '';
    return text === '' ? undefined : text;
}

async function* byCursor(config: Config, options: CursorOptions, send: Send): Pages {
    const first = pageConfig(config, options);
    let next: string | number | undefined;
    do {
        const page = next === undefined ? first : withParameter(first, options, options.cursorName, next);
        const response = await send(page);
        const items = itemsOf(options, response);
        if (sizeOf(items) === 0) {
            return;
        }
        yield items;
        next = cursorIn(response, options.cursorPath);
        await report(options, next, response);
    } while (next !== undefined);
}

async function* byLink(config: Config, options: LinkOptions, send: Send): Pages {
    let page = pageConfig(config, options);
    let previous: string | null = null;
    for (;;) {
        const response = await send(page);
        yield itemsOf(options, response);
        const link = nextLink(options, response);
        await report(options, link ?? undefined, response);
        if (link === null || link === previous) {
            return;
        }
        page = followLink(page, link, response);
        previous = link;
    }
}

async function* byOffset(config: Config, options: OffsetOptions, send: Send): Pages {
    const base = pageConfig(config, options);
    let offset = options.start;
    for (;;) {
        const value = options.inBody ? offset : StringConstructor(offset);
        const response = await send(withParameter(base, options, options.offsetName, value));
        const items = itemsOf(options, response);
        const size = sizeOf(items);
        if (size === 0) {
            return;
        }
        yield items;
        if (options.limit !== null && size < options.limit.value) {
            return;
        }
        await report(options, offset, response);
        offset += options.calculation === 'per-page' ? 1 : size;
    }
}

/** The pages of a request. */
export function pagesOf(config: Config, options: PaginationOptions, send: Send): Pages {
    switch (options.type) {
        case 'cursor':
            return byCursor(config, options, send);
        case 'link':
            return byLink(config, options, send);
        case 'offset':
            return byOffset(config, options, send);
    }
}
