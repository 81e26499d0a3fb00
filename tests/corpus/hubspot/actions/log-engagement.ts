import { createAction } from 'nango';
import * as z from 'zod';

const Call = z.object({
    kind: z.literal('call'),
    minutes: z.number().positive(),
    outcome: z.enum(['reached', 'voicemail']),
});
const Email = z.object({ kind: z.literal('email'), subject: z.string().max(200), html: z.string() });
const Note = z.object({ kind: z.literal('note'), text: z.string() });
const Engagement = z.discriminatedUnion('kind', [Call, Email, Note]);

type Engagement = z.infer<typeof Engagement>;

/** One body for each kind; the compiler knows that there is no other. */
function bodyOf(engagement: Engagement): { path: string; properties: Record<string, string> } {
    switch (engagement.kind) {
        case 'call':
            return {
                path: 'calls',
                properties: {
                    hs_call_duration: String(engagement.minutes * 60_000),
                    hs_call_disposition: engagement.outcome,
                },
            };
        case 'email':
            return {
                path: 'emails',
                properties: { hs_email_subject: engagement.subject, hs_email_html: engagement.html },
            };
        case 'note':
            return { path: 'notes', properties: { hs_note_body: engagement.text } };
        default: {
            const never: never = engagement;
            throw new Error(`unknown kind: ${JSON.stringify(never)}`);
        }
    }
}

export default createAction({
    description: 'A discriminated union in, another shape for each member out',
    version: '1.0.0',
    input: z.object({ contact: z.string(), at: z.iso.datetime({ offset: true }), engagement: Engagement }),
    output: z.object({ id: z.string(), object: z.string(), at: z.number() }),
    exec: async (nango, { contact, at, engagement }) => {
        const { path, properties } = bodyOf(engagement);
        const hs_timestamp = Date.parse(at);
        const { data } = await nango.post({
            endpoint: `/crm/v3/objects/${path}`,
            data: {
                properties: { ...properties, hs_timestamp },
                associations: [{ to: { id: contact }, types: [{ associationTypeId: 194 }] }],
            },
        });
        return { id: data.id, object: path, at: hs_timestamp };
    },
});
