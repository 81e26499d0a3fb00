// A property as globals have it: to be overwritten, and not listed.
import { primordials } from 'ext:core/mod.js';

const { ObjectDefineProperty } = primordials;

export function install(name: PropertyKey, value: unknown, owner: object = globalThis): void {
    const descriptor: PropertyDescriptor & { __proto__: null } = {
        __proto__: null,
        value,
        writable: true,
        enumerable: false,
        configurable: true,
    };
    ObjectDefineProperty(owner, name, descriptor);
}
