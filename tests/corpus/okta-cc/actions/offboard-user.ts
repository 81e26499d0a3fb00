import { createAction } from 'nango';
import type { NangoAction } from 'nango';
import * as z from 'zod';

type Client = Pick<NangoAction, 'post' | 'delete' | 'get' | 'log'>;

interface Step {
    name: string;
    run: (nango: Client, user: string) => Promise<unknown>;
    undo?: (nango: Client, user: string) => Promise<unknown>;
}

const lifecycle = (step: string) => async (nango: Client, user: string) =>
    await nango.post({ endpoint: `/api/v1/users/${user}/lifecycle/${step}` });

const STEPS: Step[] = [
    { name: 'suspend', run: lifecycle('suspend'), undo: lifecycle('unsuspend') },
    {
        name: 'sessions',
        run: async (nango, user) =>
            await nango.delete({ endpoint: `/api/v1/users/${user}/sessions`, params: { oauthTokens: 'true' } }),
    },
    {
        name: 'factors',
        run: async (nango, user) =>
            await nango.delete({ endpoint: `/api/v1/users/${user}/factors`, data: { reason: 'offboarding' } }),
    },
];

export default createAction({
    description: 'Steps that are undone in reverse when one fails: DELETE with params, DELETE with a body, finally',
    version: '1.0.0',
    input: z.object({ user: z.string() }),
    output: z.object({ done: z.array(z.string()), undone: z.array(z.string()), error: z.string().nullable() }),
    exec: async (nango, { user }) => {
        const done: Step[] = [];
        const undone: string[] = [];
        let error: string | null = null;
        try {
            for (const step of STEPS) {
                await step.run(nango, user);
                done.push(step);
            }
        } catch (reason) {
            error = (reason as Error).message;
            for (const { name, undo } of done.toReversed()) {
                if (undo) {
                    await undo(nango, user);
                    undone.push(name);
                }
            }
        } finally {
            await nango.log(`${done.length} of ${STEPS.length} steps`);
        }
        return { done: done.map(({ name }) => name), undone, error };
    },
});
