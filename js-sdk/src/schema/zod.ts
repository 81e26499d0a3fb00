// zod, for the SDK's own use. A snapshot may hold it, evaluated; on the other one it is evaluated when somebody first needs it.
import { core } from 'ext:core/mod.js';
import type * as Zod from 'zod';

let loaded: typeof Zod | undefined;

/** The module that functions import as `zod`. */
export function zod(): typeof Zod {
    return (loaded ??= core.loadExtScript('ext:onevent/zod.js') as typeof Zod);
}
