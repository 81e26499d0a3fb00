import { createAction } from 'nango';
import type { NangoAction } from 'nango';
import * as z from 'zod';

import { toMarkdown } from '../property.js';

enum Marker {
    Bullet = '- ',
    Heading = '## ',
    None = '',
}

const MARKERS = {
    bulleted_list_item: Marker.Bullet,
    heading_2: Marker.Heading,
    paragraph: Marker.None,
} as const satisfies Record<string, Marker>;

type Kind = keyof typeof MARKERS;

const isKnown = (kind: string): kind is Kind => Object.hasOwn(MARKERS, kind);

class Renderer {
    readonly #lines: string[] = [];
    skipped = 0;

    constructor(private readonly nango: Pick<NangoAction, 'paginate'>) {}

    async render(block: string, indent = 0): Promise<this> {
        for await (const page of this.nango.paginate({
            endpoint: `/v1/blocks/${block}/children`,
            paginate: { limit: 50 },
        })) {
            for (const child of page) {
                await this.#add(child, indent);
            }
        }
        return this;
    }

    async #add(child: any, indent: number): Promise<void> {
        if (!isKnown(child.type)) {
            this.skipped += 1;
            return;
        }
        this.#lines.push(' '.repeat(indent) + MARKERS[child.type as Kind] + toMarkdown(child[child.type].rich_text));
        if (child.has_children) {
            await this.render(child.id, indent + 2);
        }
    }

    toString(): string {
        return this.#lines.join('\n');
    }
}

export default createAction({
    description:
        'Blocks within blocks: a class with private members that calls itself, an enum, satisfies, a type guard',
    version: '1.0.0',
    input: z.object({ page: z.string() }),
    output: z.object({ markdown: z.string(), skipped: z.number() }),
    exec: async (nango, { page }) => {
        const renderer = await new Renderer(nango).render(page);
        return { markdown: `${renderer}`, skipped: renderer.skipped };
    },
});
