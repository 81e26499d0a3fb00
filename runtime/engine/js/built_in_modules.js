// Puts the namespaces of the built-in modules where the facade modules `onevent:nango` and `onevent:zod` find them;
// bootstrap.js takes them away again.
import { nango, zod } from 'ext:onevent/sdk.js';

globalThis.__onevent_modules = { nango, zod };
