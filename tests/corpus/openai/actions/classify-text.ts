import { createAction } from 'nango';
import * as z from 'zod';

const Verdict = z.object({
    label: z.enum(['spam', 'ham']),
    confidence: z.number().min(0).max(1),
    reasons: z.array(z.string()).max(3),
});

export default createAction({
    description: 'A JSON schema made from zod goes out, and what the model writes comes back through the same schema',
    version: '1.0.0',
    input: z.object({ text: z.string() }),
    output: Verdict.extend({ tokens: z.number() }),
    exec: async (nango, { text }) => {
        const { $schema: _, ...schema } = z.toJSONSchema(Verdict) as Record<string, unknown>;
        const { data } = await nango.post({
            endpoint: '/v1/chat/completions',
            data: {
                model: 'gpt-corpus',
                messages: [
                    { role: 'system', content: 'Classify.' },
                    { role: 'user', content: text },
                ],
                response_format: { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema } },
            },
        });
        const written: string = data.choices[0].message.content;
        const parsed = Verdict.safeParse(JSON.parse(written));
        if (!parsed.success) {
            throw new nango.ActionError({
                message: 'The model did not keep to the schema',
                issues: parsed.error.issues.map(({ path, code }) => ({ path, code })),
            });
        }
        return { ...parsed.data, tokens: data.usage.total_tokens };
    },
});
