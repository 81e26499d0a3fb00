// A module that awaits nothing.
// outcome: module_stopped
// stage: load
import { createAction } from 'nango';

await new Promise(() => undefined);

export default createAction({ description: 'hostile', exec: async () => undefined });
