// `AbortSignal.timeout` with a timer of the run's: deno_web's is one of the isolate's.
import { DOMException } from 'ext:deno_web/01_dom_exception.js';
import { AbortController, AbortSignal } from 'ext:deno_web/03_abort_signal.js';

import { setTimeout } from './timers.ts';

const { isInteger } = Number;
const { MAX_SAFE_INTEGER } = Number;

export function timeoutByRun(): void {
    const methods = {
        timeout(milliseconds: unknown): unknown {
            const after = Math.trunc(Number(milliseconds));
            if (!isInteger(after) || after < 0 || after > MAX_SAFE_INTEGER) {
                throw new TypeError(`Failed to execute 'AbortSignal.timeout': Argument 1 is outside the accepted range of 0 to ${MAX_SAFE_INTEGER}, inclusive`);
            }
            const controller = new AbortController();
            setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), after);
            return controller.signal;
        },
    };
    Object.defineProperty(AbortSignal, 'timeout', { value: methods.timeout, writable: true, enumerable: true, configurable: true });
}
