import { createAction } from 'nango';
import * as z from 'zod';

const Row = z.object({
    email: z.email().toLowerCase(),
    name: z.string().trim().min(1).catch('Unknown'),
    age: z.coerce.number().int().min(0).max(150).optional(),
    vip: z.stringbool().optional(),
});

/** A small CSV: quotes, doubled quotes and line breaks within them. */
function parseCsv(text: string): string[][] {
    const rows: string[][] = [[]];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
        rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
        if (end === '') {
            break;
        }
        if (end !== ',') {
            rows.push([]);
        }
    }
    return rows.filter((row) => row.some((cell) => cell !== ''));
}

export default createAction({
    description:
        'A CSV through coercions, catch and stringbool; rows that do not fit are reported by line, the rest is sent',
    version: '1.0.0',
    input: z.object({ csv: z.string() }),
    output: z.object({
        job: z.string().nullable(),
        sent: z.number(),
        problems: z.array(z.object({ line: z.number(), paths: z.array(z.string()), codes: z.array(z.string()) })),
    }),
    exec: async (nango, { csv }) => {
        const [header = [], ...rows] = parseCsv(csv);
        const problems: { line: number; paths: string[]; codes: string[] }[] = [];
        const users: Record<string, unknown>[] = [];
        rows.forEach((row, index) => {
            const record = Object.fromEntries(header.map((name, column) => [name, row[column] || undefined]));
            const parsed = Row.safeParse(record);
            if (parsed.success) {
                users.push({ ...parsed.data, verified: true });
            } else {
                const { issues } = parsed.error;
                problems.push({
                    line: index + 2,
                    paths: issues.map(({ path }) => path.join('.')),
                    codes: issues.map(({ code }) => code),
                });
            }
        });
        if (users.length === 0) {
            return { job: null, sent: 0, problems };
        }
        const { data } = await nango.post({ endpoint: '/api/v2/users/create_many.json', data: { users } });
        return { job: data.job_status.id, sent: users.length, problems };
    },
});
