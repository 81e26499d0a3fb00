import { createAction } from 'nango';
import type { NangoAction } from 'nango';
import * as z from 'zod';

interface Tree {
    id: string;
    name: string;
    children: Tree[];
}

const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ id: z.string(), name: z.string(), children: z.array(Tree) }));

async function treeOf(nango: Pick<NangoAction, 'get'>, id: string, depth: number): Promise<Tree> {
    const { data } = await nango.get({
        endpoint: `/crm/v3/objects/companies/${id}`,
        params: { associations: 'companies' },
    });
    const children: { id: string }[] = data.associations?.companies?.results ?? [];
    const below = depth === 0 ? [] : await Promise.all(children.map((child) => treeOf(nango, child.id, depth - 1)));
    return { id, name: data.properties.name, children: below };
}

export default createAction({
    description: 'A company with its subsidiaries: calls side by side, a recursive schema declared with z.lazy',
    version: '1.0.0',
    input: z.object({ id: z.string(), depth: z.number().int().min(0).max(5) }),
    output: Tree,
    exec: (nango, { id, depth }) => treeOf(nango, id, depth),
});
