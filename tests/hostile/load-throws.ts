// A module that throws 10 MB.
// outcome: module_threw
// stage: load
import { createAction } from 'nango';

throw new Error('x'.repeat(10_000_000));

export default createAction({ description: 'hostile', exec: async () => undefined });
