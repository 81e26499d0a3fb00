// A schema that refers to itself.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';
import { z } from 'zod';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const node: any = z.lazy(() => z.object({ next: node }));
        let value: any = {};
        value.next = value;
        await nango.zodValidateInput({ zodSchema: node, input: value }).catch(() => undefined);
        for (;;);
    },
});
