// A module that fills its heap.
// outcome: module_stopped
// stage: load
import { createAction } from 'nango';

const all: unknown[] = [];
for (;;) all.push(new Array(1000).fill(all.length));

export default createAction({ description: 'hostile', exec: async () => undefined });
