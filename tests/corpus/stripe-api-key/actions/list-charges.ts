import { createAction } from 'nango';
import type { NangoAction } from 'nango';
import * as z from 'zod';

import { Money } from '../money.js';

interface Charge {
    id: string;
    amount: number;
    currency: string;
    created: number;
    refunded: boolean;
}

/** Stripe's cursor is the id of the last item. */
class Charges implements AsyncIterable<Charge> {
    constructor(
        private readonly nango: Pick<NangoAction, 'get'>,
        private readonly since: number,
    ) {}

    async *[Symbol.asyncIterator](): AsyncGenerator<Charge> {
        let last: string | undefined;
        for (;;) {
            const params = {
                limit: '2',
                'created[gte]': String(this.since),
                ...(last ? { starting_after: last } : {}),
            };
            const { data } = await this.nango.get<{ data: Charge[]; has_more: boolean }>({
                endpoint: '/v1/charges',
                params,
            });
            yield* data.data;
            last = data.data.at(-1)?.id;
            if (!data.has_more || !last) {
                return;
            }
        }
    }
}

export default createAction({
    description: 'A cursor of our own: a class that is an async iterable, and sums in several currencies',
    version: '1.0.0',
    input: z.object({ since: z.iso.date(), locale: z.string() }),
    output: z.object({ totals: z.record(z.string(), z.string()), refunded: z.number(), first: z.string().nullable() }),
    exec: async (nango, { since, locale }) => {
        const totals = new Map<string, number>();
        let refunded = 0;
        let first: string | null = null;
        for await (const { amount, currency, created, refunded: back } of new Charges(
            nango,
            Date.parse(since) / 1000,
        )) {
            refunded += Number(back);
            totals.set(currency, (totals.get(currency) ?? 0) + (back ? 0 : amount));
            first ??= new Date(created * 1000).toISOString();
        }
        const shown = [...totals].map(([currency, units]) => [currency, Money.format(units, currency, locale)]);
        return { totals: Object.fromEntries(shown), refunded, first };
    },
});
