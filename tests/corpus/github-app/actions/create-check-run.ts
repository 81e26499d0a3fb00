import { createAction } from 'nango';
import * as z from 'zod';

const Annotation = z
    .object({
        path: z.string(),
        line: z.number().int().positive(),
        message: z.string(),
        level: z.enum(['notice', 'warning', 'failure']),
    })
    .readonly();

export default createAction({
    description: 'A check run with at most two annotations a request: the first creates, the others update',
    version: '1.0.0',
    input: z.object({
        repository: z.string().brand<'Repository'>(),
        sha: z.hex().length(40),
        annotations: z.array(Annotation),
    }),
    output: z.object({ id: z.number(), conclusion: z.enum(['success', 'neutral', 'failure']), requests: z.number() }),
    exec: async (nango, { repository, sha, annotations }) => {
        const levels = new Set(annotations.map(({ level }) => level));
        const conclusion = levels.has('failure') ? 'failure' : levels.has('warning') ? 'neutral' : 'success';
        const shown = annotations.map(({ path, line, message, level }) => ({
            path,
            start_line: line,
            end_line: line,
            annotation_level: level,
            message,
        }));
        const outputOf = (start: number) => ({
            title: 'corpus',
            summary: `${annotations.length} found`,
            annotations: shown.slice(start, start + 2),
        });
        const { data } = await nango.post({
            endpoint: `/repos/${repository}/check-runs`,
            data: {
                name: 'corpus',
                head_sha: sha,
                status: 'completed',
                conclusion,
                completed_at: '2026-01-01T00:00:00Z',
                output: outputOf(0),
            },
        });
        let requests = 1;
        for (let start = 2; start < shown.length; start += 2) {
            await nango.proxy({
                method: 'PATCH',
                endpoint: `/repos/${repository}/check-runs/${data.id}`,
                data: { output: outputOf(start) },
            });
            requests += 1;
        }
        return { id: data.id, conclusion: conclusion as 'success', requests };
    },
});
