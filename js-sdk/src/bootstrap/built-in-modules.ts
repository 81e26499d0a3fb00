// Puts the namespaces of the built-in modules where the facade modules `onevent:nango` and `onevent:zod` find them;
// bootstrap.ts takes them away again.
import { nango, zod } from 'ext:onevent/sdk.js';

Object.assign(globalThis, { __onevent_modules: { nango, zod } });
