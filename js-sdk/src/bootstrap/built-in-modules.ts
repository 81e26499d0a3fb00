// Puts the namespaces of the built-in modules where their facade modules, such as `onevent:nango`, find them; bootstrap.ts
// takes them away again.
import { nango } from 'ext:onevent/sdk.js';

Object.assign(globalThis, { __onevent_modules: { nango } });
