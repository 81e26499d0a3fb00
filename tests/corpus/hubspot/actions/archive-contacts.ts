import { createAction } from 'nango';
import * as z from 'zod';

/** Lists in pieces of a size. */
function* inPieces<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
    for (let start = 0; start < items.length; start += size) {
        yield items.slice(start, start + size);
    }
}

const Result = z.union([
    z.object({ archived: z.array(z.string()) }),
    z.object({ failed: z.array(z.string()), status: z.number() }),
]);

export default createAction({
    description:
        'Archives in batches of two; what one batch cannot do does not stop the others (Promise.allSettled, a generator)',
    version: '1.0.0',
    input: z.object({ ids: z.array(z.string()).max(100) }),
    output: z.array(Result),
    exec: async (nango, { ids }) => {
        const unique = [...new Set(ids)];
        const pieces = [...inPieces(unique, 2)];
        const settled = await Promise.allSettled(
            pieces.map((piece) =>
                nango.post({
                    endpoint: '/crm/v3/objects/contacts/batch/archive',
                    data: { inputs: piece.map((id) => ({ id })) },
                }),
            ),
        );
        return settled.map((one, index) => {
            const piece = [...(pieces[index] ?? [])];
            return one.status === 'fulfilled'
                ? { archived: piece }
                : { failed: piece, status: Number(one.reason.response?.status) };
        });
    },
});
