// `instanceof` where a value comes from the other realm: an error that `nango` throws is an `Error` to a function, and a
// promise of the function's is a `Promise` to zod.
import { CROSSING } from './intrinsics.ts';
import { locals } from './run.ts';

const { defineProperty, hasOwn } = Object;
const { apply } = Reflect;
const ordinary = Function.prototype[Symbol.hasInstance];
const { isPrototypeOf } = Object.prototype;
const { hasInstance } = Symbol;

export type Checks = Record<string, (this: unknown, value: unknown) => boolean>;

const of = (name: string): object => (globalThis as unknown as Record<string, { prototype: object }>)[name]!.prototype;

/** `Symbol.hasInstance` of each crossing constructor, the same in both realms. */
export function makeChecks(): Checks {
    const checks = Object.create(null) as Checks;
    for (const name of CROSSING) {
        const shared = of(name);
        checks[name] = {
            [hasInstance](this: unknown, value: unknown): boolean {
                if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
                if (apply(ordinary, this, [value])) return true;
                // A class that extends the constructor inherits this, and has instances of its own only.
                if (typeof this !== 'function' || !hasOwn(this, hasInstance)) return false;
                if (apply(isPrototypeOf, shared, [value])) return true;
                const own = locals()?.prototypes[name];
                return own !== undefined && apply(isPrototypeOf, own, [value]);
            },
        }[hasInstance] as Checks[string];
    }
    return checks;
}

/** Puts the checks on the constructors of the shared realm. The engine puts them on those of each run's. */
export function installChecks(global: Record<string, unknown>, checks: Checks): void {
    for (const name of CROSSING) {
        const descriptor: PropertyDescriptor & { __proto__: null } = { __proto__: null, value: checks[name], writable: false, enumerable: false, configurable: false };
        defineProperty(global[name] as object, hasInstance, descriptor);
    }
}
