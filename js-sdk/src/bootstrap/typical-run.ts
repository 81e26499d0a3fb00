// Evaluated while the snapshot without zod is baked.
import { runTypically } from './typical.ts';

void runTypically({});
