import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({
    domain: z.string().transform((domain) => domain.toLowerCase()),
    name: z.string().trim(),
    employees: z.coerce.number().int().nonnegative().optional(),
});

export default createAction({
    description:
        'Creates a company, or updates the one that a conflict names; the input is transformed by the function',
    version: '1.0.0',
    input: z.object({ domain: z.string(), name: z.string(), employees: z.union([z.string(), z.number()]).optional() }),
    output: z.object({ id: z.string(), created: z.boolean(), sent: z.record(z.string(), z.unknown()) }),
    exec: async (nango, input) => {
        const { data: company } = await nango.zodValidateInput({ zodSchema: Input, input });
        const properties = { ...company, numberofemployees: company.employees, employees: undefined };
        try {
            const { data } = await nango.post({ endpoint: '/crm/v3/objects/companies', data: { properties } });
            return { id: data.id, created: true, sent: data.properties };
        } catch (error) {
            const { response } = error as { response?: { status: number; data: { message: string } } };
            const id = /Existing ID: (\d+)/.exec(response?.data.message ?? '')?.[1];
            if (response?.status !== 409 || !id) {
                throw error;
            }
            const { data } = await nango.patch({ endpoint: `/crm/v3/objects/companies/${id}`, data: { properties } });
            return { id, created: false, sent: data.properties };
        }
    },
});
