// What honest code sees of the built-ins that are checked: nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

import { boundBuiltIns } from '../src/shims/bounded-built-ins.ts';

type Realm = Parameters<typeof boundBuiltIns>[0];

/** A realm as V8 makes it, and one whose built-ins are checked. */
function realms(): [Realm, Realm] {
    const [plain, checked] = [0, 1].map(() => runInContext('globalThis', createContext({})) as Realm);
    boundBuiltIns(checked as Realm);
    return [plain as Realm, checked as Realm];
}

const METHODS = [['Array', 'toSorted'], ['Array', 'toReversed'], ['Array', 'toSpliced'], ['Array', 'with'], ['String', 'split'], ['String', 'match']] as const;

test('they look as before', () => {
    const [plain, checked] = realms();
    for (const [owner, name] of METHODS) {
        const [before, after] = [plain, checked].map((realm) => Object.getOwnPropertyDescriptor(realm[owner].prototype, name));
        const shown = (descriptor: PropertyDescriptor | undefined) => {
            const method = descriptor?.value as (...all: unknown[]) => unknown;
            return [descriptor?.writable, descriptor?.enumerable, descriptor?.configurable, method.name, method.length, 'prototype' in method];
        };
        assert.deepEqual(shown(after), shown(before), name);
        assert.throws(() => Reflect.construct(after?.value as never, []), TypeError, name);
    }
});

test('they do as before', () => {
    const [plain, checked] = realms();
    const calls: [keyof Realm, string, unknown, unknown[]][] = [
        ['String', 'split', 'a,b,c', [',']],
        ['String', 'split', 'a,b,c', [',', 2]],
        ['String', 'split', 'a,b,c', [',', -1]],
        ['String', 'split', 'abc', ['']],
        ['String', 'split', 'a1b2c', [/\d/]],
        ['String', 'split', 'abc', []],
        ['String', 'split', 12312, [3]],
        ['String', 'split', { toString: () => 'x-y' }, ['-']],
        ['String', 'split', 'abc', [{ [Symbol.split]: (text: string, limit: unknown) => [text, limit] }]],
        ['String', 'split', null, [',']],
        ['String', 'match', 'a1b2', [/\d/g]],
        ['String', 'match', 'a1b2', [/(\d)/]],
        ['String', 'match', 'a1b2', ['b']],
        ['String', 'match', 'a1b2', []],
        ['String', 'match', { toString: () => 'x1' }, [/\d/g]],
        ['String', 'match', 'abc', [{ [Symbol.match]: (text: string) => text }]],
        ['String', 'match', undefined, [/a/]],
        ['Array', 'toSorted', [3, 1, 2], []],
        ['Array', 'toSorted', [3, 1, 2], [(a: number, b: number) => b - a]],
        ['Array', 'toReversed', { length: 2, 0: 'a', 1: 'b' }, []],
        ['Array', 'toSpliced', [1, 2, 3], [1, 1, 'x']],
        ['Array', 'with', [1, 2, 3], [0, 9]],
        ['Array', 'with', [1], [5, 9]],
        ['Array', 'toSorted', null, []],
    ];
    for (const [owner, name, self, values] of calls) {
        const [before, after] = [plain, checked].map((realm) => {
            const method = (realm[owner].prototype as Record<string, unknown>)[name];
            try {
                return JSON.stringify(Reflect.apply(method as never, self, values));
            } catch (error) {
                return (error as Error).name;
            }
        });
        assert.equal(after, before, `${name} of ${JSON.stringify(self)}`);
    }
});

test('an object is asked for its text once', () => {
    const [, checked] = realms();
    let asked = 0;
    const self = { toString: () => `${++asked}` };
    Reflect.apply((checked.String.prototype as { split: never }).split, self, [',']);
    Reflect.apply((checked.String.prototype as { match: never }).match, self, [/\d/g]);
    assert.equal(asked, 2);
});

test('a list that V8 could not make is refused', () => {
    const [, checked] = realms();
    const list = { length: 2 ** 32 - 2 };
    for (const name of ['toSorted', 'toReversed']) {
        assert.throws(() => Reflect.apply((checked.Array.prototype as Record<string, never>)[name] as never, list, []), RangeError);
    }
});
