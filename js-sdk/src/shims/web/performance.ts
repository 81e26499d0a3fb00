// `performance` and its classes: deno_web's, with the time origin set. Evaluated at first use.
import { load } from '../load.ts';

const found = load<{ setTimeOrigin(): void }>('ext:deno_web/15_performance.js');
found.setTimeOrigin();

export default found;
