import * as z from 'zod';

export const Contact = z.object({
    id: z.string(),
    email: z.email().nullable(),
    name: z.string(),
    updated: z.iso.datetime(),
});

export type Contact = z.infer<typeof Contact>;

/** HubSpot's properties are texts, whatever they mean. */
export interface HubspotObject {
    id: string;
    properties: Record<string, string | null | undefined>;
    updatedAt: string;
    archived?: boolean;
}

export function toContact({ id, properties, updatedAt }: HubspotObject): Contact {
    const name = [properties['firstname'], properties['lastname']].filter(Boolean).join(' ');
    return { id, email: properties['email'] || null, name: name || '(no name)', updated: updatedAt };
}
