// An output that is short as text, and half a million lists in memory.
// outcome: failed script_output_too_large
// limits: cpu=5s heap=128MiB
// peak: 400MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => Array.from({ length: 500_000 }, () => [0]),
});
