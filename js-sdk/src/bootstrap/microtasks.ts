// `queueMicrotask`, which V8 and deno_core both bring.
import { primordials } from 'ext:core/mod.js';

import { install } from './install.ts';

const { ObjectGetPrototypeOf, ReflectDeleteProperty, queueMicrotask } = primordials;

/**
 * V8 puts its `queueMicrotask` back when it restores a context, in front of deno_core's of the same name. Where deno_core
 * looks for V8's behind its own, it then finds itself, and its first use calls itself for ever. This shows it V8's where
 * it looks.
 */
export function untangleMicrotasks(): void {
    const native: unknown = Reflect.get(globalThis, 'queueMicrotask');
    const parent = ObjectGetPrototypeOf(globalThis) as object;
    for (let properties = 0; properties < 2; properties++) ReflectDeleteProperty(globalThis, 'queueMicrotask');
    install('queueMicrotask', native, parent);
    install('queueMicrotask', queueMicrotask);
    queueMicrotask(() => {});
    ReflectDeleteProperty(parent, 'queueMicrotask');
    install('queueMicrotask', queueMicrotask);
}
