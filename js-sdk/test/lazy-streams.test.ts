// Hashes and ciphers become streams at the first use of a member of one: every member has to be there before.
import assert from 'node:assert/strict';
import { Transform, Writable } from 'node:stream';
import { test } from 'node:test';

import { core } from './support/core.ts';

type Class = { prototype: object };

const script = (name: string) => core.loadExtScript(`ext:onevent/${name}.js`) as Record<string, Class>;

/** What is public of a class and of those behind it. */
function members({ prototype }: Class): Set<string> {
    const names = new Set<string>();
    for (let owner = prototype; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object) {
        for (const name of Object.getOwnPropertyNames(owner)) if (!name.startsWith('_')) names.add(name);
    }
    return names;
}

for (const [lazy, real] of [['LazyTransform', Transform], ['LazyWritable', Writable]] as const) {
    test(`${lazy} has the members of Node's own class, and becomes one at the first use of any`, () => {
        const Lazy = script('lazy_streams')[lazy] as Class & (new () => Writable);
        const missing = [...members(real)].filter((name) => !members(Lazy).has(name));
        assert.deepEqual(missing, []);
        const before = Object.getPrototypeOf(Lazy.prototype) as object;
        assert.equal(new Lazy().writableEnded, false);
        const ours = script('node_streams')[lazy.replace('Lazy', '')] as Class;
        assert.notEqual(before, ours.prototype);
        assert.equal(Object.getPrototypeOf(Lazy.prototype), ours.prototype);
        // Nothing of what stood for the members is left in front of them.
        const left = Object.getOwnPropertyNames(Lazy.prototype).filter((name) => !name.startsWith('_'));
        assert.deepEqual(left, ['constructor']);
    });
}
