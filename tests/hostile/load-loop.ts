// A module that never ends.
// outcome: module_stopped
// stage: load
import { createAction } from 'nango';

for (;;);

export default createAction({ description: 'hostile', exec: async () => undefined });
