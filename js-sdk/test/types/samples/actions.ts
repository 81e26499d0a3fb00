// Actions: input and output by their schemas.
import { createAction, type CreateActionProps, type NangoAction } from 'nango';
import { z } from 'zod';

const Input = z.object({ name: z.string(), limit: z.number().optional() });
const Output = z.object({ users: z.array(z.object({ id: z.string() })) });

const action = createAction({
    description: 'input and output are inferred',
    version: '1.0.0',
    input: Input,
    output: Output,
    endpoint: { method: 'GET', path: '/users', group: 'Users' },
    scopes: ['users.read'],
    exec: async (nango, input): Promise<z.infer<typeof Output>> => {
        const limit: number | undefined = input.limit;
        // @ts-expect-error The schema has no such key.
        input.unknown;
        const { data } = await nango.get<{ id: string }[]>({ endpoint: '/users', params: { name: input.name, limit } });
        return { users: data.map(({ id }) => ({ id })) };
    },
});
export default action;
export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export type LocalInput = Parameters<typeof action.exec>[1];
export const tag: 'action' = action.type;
export const input: LocalInput = { name: 'a' };

export const wrongOutput = createAction({
    description: 'output of another shape',
    input: Input,
    output: Output,
    // @ts-expect-error `id` is a text.
    exec: async () => ({ users: [{ id: 1 }] }),
});

export const nothing = createAction({
    description: 'no input and no output',
    input: z.void(),
    output: z.void(),
    exec: async (nango) => {
        await nango.post({ endpoint: '/ping' });
    },
});

export const synchronous = createAction({
    description: 'without a promise',
    input: z.string(),
    output: z.number(),
    exec: (_nango, input) => input.length,
});

const Shape = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('circle'), radius: z.number() }),
    z.object({ kind: z.literal('square'), side: z.number() }),
]);

export const discriminated = createAction({
    description: 'a union told apart by one key',
    input: Shape,
    output: z.number(),
    exec: (_nango, shape) => {
        switch (shape.kind) {
            case 'circle':
                // @ts-expect-error A circle has no side.
                shape.side;
                return shape.radius;
            case 'square':
                return shape.side;
        }
    },
});

interface Node {
    name: string;
    children: Node[];
}
const Tree: z.ZodType<Node> = z.lazy(() => z.object({ name: z.string(), children: z.array(Tree) }));

export const recursive = createAction({
    description: 'a tree',
    input: Tree,
    output: z.number(),
    exec: (_nango, tree) => {
        const count = (node: Node): number => node.children.reduce((sum, child) => sum + count(child), 1);
        return count(tree);
    },
});

export const transformed = createAction({
    description: 'defaults, coercion, transforms, refinements',
    input: z.object({
        at: z.coerce.date(),
        size: z.number().default(10),
        upper: z.string().transform((text) => text.toUpperCase()),
        even: z.number().refine((n) => n % 2 === 0),
    }),
    output: z.record(z.string(), z.unknown()),
    exec: async (nango, raw) => {
        const size: number = raw.size + raw.even;
        await nango.log(raw.upper, { size });
        return { size, nested: { any: null } };
    },
});

export const validated = createAction({
    description: 'input is checked by hand',
    input: Input,
    output: z.string(),
    exec: async (nango, input) => {
        const parsed = await nango.zodValidateInput({ zodSchema: Input, input });
        const name: string = parsed.data.name;
        // @ts-expect-error The schema has no such key.
        parsed.data.unknown;
        return name;
    },
});

export const withMetadata = createAction({
    description: 'metadata as event functions have it',
    input: z.object({ team: z.string() }),
    output: z.object({ before: z.string().nullable() }),
    metadata: z.object({ team: z.string() }),
    exec: async (nango, { team }) => {
        const before = await nango.getMetadata();
        await nango.setMetadata({ team });
        // @ts-expect-error `team` is a text.
        await nango.updateMetadata({ team: 4 });
        return { before: before?.team ?? null };
    },
});

const props: CreateActionProps<typeof Input, typeof Output> = {
    description: 'declared before it is created',
    input: Input,
    output: Output,
    exec: async () => ({ users: [] }),
};
export const created = createAction(props);

export async function legacy(nango: NangoAction, input: z.infer<typeof Input>): Promise<z.infer<typeof Output>> {
    const { data } = await nango.get({ endpoint: `/users/${input.name}` });
    return data;
}

// @ts-expect-error An action says what it takes.
export const noInput = createAction({ description: 'wrong', output: z.string(), exec: () => 'a' });

export const wrongMethod = createAction({
    description: 'wrong',
    input: z.void(),
    output: z.void(),
    // @ts-expect-error There is no such method.
    endpoint: { method: 'FETCH', path: '/a' },
    exec: () => undefined,
});
