import * as z from 'zod';

/** What a person writes for a property; Notion wants another shape for each type. */
export const Property = z.union([
    z.object({ title: z.string() }).strict(),
    z.object({ number: z.number() }).strict(),
    z.object({ date: z.iso.date(), until: z.iso.date().optional() }).strict(),
    z.object({ tags: z.array(z.string()) }).strict(),
    z.boolean(),
]);

export type Property = z.infer<typeof Property>;

export function toNotion(property: Property): Record<string, unknown> {
    if (typeof property === 'boolean') {
        return { checkbox: property };
    }
    if ('title' in property) {
        return { title: [{ text: { content: property.title } }] };
    }
    if ('number' in property) {
        return { number: property.number };
    }
    if ('date' in property) {
        return { date: { start: property.date, end: property.until ?? null } };
    }
    return { multi_select: property.tags.map((name) => ({ name })) };
}

interface RichText {
    plain_text: string;
    annotations: { bold: boolean; code: boolean };
    href: string | null;
}

export function toMarkdown(texts: readonly RichText[]): string {
    return texts
        .map(({ plain_text: text, annotations, href }) => {
            const code = annotations.code ? `\`${text}\`` : text;
            const bold = annotations.bold ? `**${code}**` : code;
            return href ? `[${bold}](${href})` : bold;
        })
        .join('');
}
