import { createAction } from 'nango';
import * as z from 'zod';

const Step = z.object({
    method: z.enum(['POST', 'PATCH', 'DELETE']),
    object: z.string(),
    name: z.string(),
    body: z.record(z.string(), z.unknown()),
});
const Outcome = z.object({
    name: z.string(),
    status: z.number(),
    ok: z.boolean(),
    id: z.string().optional(),
    errors: z.array(z.string()),
});

interface SubResponse {
    referenceId: string;
    httpStatusCode: number;
    body: { id?: string; success?: boolean } | { message: string; errorCode: string }[] | null;
}

export default createAction({
    description:
        'Several requests in one, all or nothing; answers are objects or lists of errors, told apart by their form',
    version: '1.0.0',
    input: z.object({ all_or_none: z.boolean(), steps: z.array(Step).min(1).max(25) }),
    output: z.array(Outcome),
    exec: async (nango, { all_or_none: allOrNone, steps }) => {
        const compositeRequest = steps.map(({ method, object, name, body }) => ({
            method,
            url: `/services/data/v60.0/sobjects/${object}`,
            referenceId: name,
            body,
        }));
        const { data } = await nango.post<{ compositeResponse: SubResponse[] }>({
            endpoint: '/services/data/v60.0/composite',
            data: { allOrNone, compositeRequest },
        });
        return data.compositeResponse.map(({ referenceId, httpStatusCode, body }) => {
            const errors = Array.isArray(body) ? body.map(({ errorCode, message }) => `${errorCode}: ${message}`) : [];
            const id = !Array.isArray(body) && body?.id ? { id: body.id } : {};
            return { name: referenceId, status: httpStatusCode, ok: httpStatusCode < 300, ...id, errors };
        });
    },
});
