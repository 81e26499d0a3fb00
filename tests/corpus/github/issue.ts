import * as z from 'zod';

/** What GitHub says of an issue, as far as these functions read it. */
export interface GithubIssue {
    number: number;
    title: string;
    state: 'open' | 'closed';
    labels: (string | { name: string })[];
    user: { login: string } | null;
    created_at: string;
    closed_at: string | null;
    pull_request?: { url: string };
}

export const Issue = z.object({
    number: z.number().int().positive(),
    title: z.string(),
    labels: z.array(z.string()),
    author: z.string(),
    open: z.boolean(),
    days_open: z.number().nullable(),
});

export type Issue = z.infer<typeof Issue>;

const DAY = 86_400_000;

/** GitHub writes labels as names or as objects, and people who left as null. */
export function toIssue(issue: GithubIssue): Issue {
    const closed = issue.closed_at === null ? null : Date.parse(issue.closed_at);
    return {
        number: issue.number,
        title: issue.title,
        labels: issue.labels.map((label) => (typeof label === 'string' ? label : label.name)).sort(),
        author: issue.user?.login ?? 'ghost',
        open: issue.state === 'open',
        days_open: closed === null ? null : Math.round((closed - Date.parse(issue.created_at)) / DAY),
    };
}
