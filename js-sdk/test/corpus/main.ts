// Prints a corpus: `--cases N --seed S`.
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import { corpus } from './generate.ts';

const { values } = parseArgs({
    options: { cases: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
for (const { schema, plain, value } of corpus(Number(values.cases), Number(values.seed))) {
    if (!process.stdout.write(`{"schema":${schema},"plain":${plain},"value":${value}}\n`)) {
        await once(process.stdout, 'drain');
    }
}
