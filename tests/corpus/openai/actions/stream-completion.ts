import { createAction } from 'nango';
import * as z from 'zod';

interface Delta {
    choices: { delta: { content?: string }; finish_reason: string | null }[];
}

/** The events of a server-sent stream that was read as a whole. */
function* events(text: string): Generator<Delta> {
    for (const line of text.split('\n')) {
        const data = /^data: (.+)$/.exec(line)?.[1];
        if (data !== undefined && data !== '[DONE]') {
            yield JSON.parse(data) as Delta;
        }
    }
}

export default createAction({
    description: 'An event stream as text, put together by a generator',
    version: '1.0.0',
    input: z.object({ prompt: z.string() }),
    output: z.object({ text: z.string(), chunks: z.number(), finish: z.string().nullable() }),
    exec: async (nango, { prompt }) => {
        const { data } = await nango.post<string>({
            endpoint: '/v1/completions',
            data: { prompt, stream: true },
            responseType: 'text',
            headers: { Accept: 'text/event-stream', 'OpenAI-Organization': 'org-corpus' },
        });
        let text = '';
        let chunks = 0;
        let finish: string | null = null;
        for (const { choices } of events(data)) {
            chunks += 1;
            text += choices[0]?.delta.content ?? '';
            finish = choices[0]?.finish_reason ?? finish;
        }
        return { text, chunks, finish };
    },
});
