// zod compiles objects with `new Function` where it may. Code from strings is off in the engine, and zod remembers
// its probe: it must be told before it builds its first schema.
import { config } from 'zod';

config({ jitless: true });
