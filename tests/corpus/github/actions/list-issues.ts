import { createAction } from 'nango';
import * as z from 'zod';

import { Issue, toIssue } from '../issue.js';
import type { GithubIssue } from '../issue.js';

export default createAction({
    description: 'All issues of a repository that are no pull requests: pages by the Link header, as the template says',
    version: '1.0.0',
    input: z.object({ repository: z.string(), state: z.enum(['open', 'closed', 'all']).optional() }),
    output: z.object({ issues: z.array(Issue), pages: z.number() }),
    exec: async (nango, input) => {
        const issues: Issue[] = [];
        let pages = 0;
        const request = {
            endpoint: `/repos/${input.repository}/issues`,
            params: { state: input.state ?? 'open' },
            paginate: { limit: 2 },
            retries: 3,
        };
        for await (const page of nango.paginate<GithubIssue>(request)) {
            pages += 1;
            issues.push(...page.filter((issue) => !issue.pull_request).map(toIssue));
        }
        await nango.log(`${issues.length} issues on ${pages} pages`);
        return { issues, pages };
    },
});
