import { createAction } from 'nango';
import * as z from 'zod';

import { Issue, toIssue } from '../issue.js';
import type { GithubIssue } from '../issue.js';

interface Problem {
    message: string;
    errors?: { resource: string; field: string; code: string }[];
}

export default createAction({
    description: 'Opens an issue; what GitHub does not accept becomes an error that names the fields',
    version: '1.0.0',
    input: z.object({ repository: z.string(), title: z.string(), labels: z.array(z.string()).default([]) }),
    output: Issue,
    exec: async (nango, input) => {
        try {
            const { data } = await nango.post<GithubIssue>({
                endpoint: `/repos/${input.repository}/issues`,
                data: { title: input.title, labels: input.labels },
                headers: { 'X-GitHub-Api-Version': '2022-11-28' },
            });
            return toIssue(data);
        } catch (error) {
            const { response } = error as { response?: { status: number; data: Problem } };
            if (response?.status !== 422) {
                throw error;
            }
            const fields = (response.data.errors ?? []).map(({ field, code }) => `${field}: ${code}`);
            throw new nango.ActionError({ message: response.data.message, fields });
        }
    },
});
