// What is changed of zod, and of npm's `events`, so that all runs of an isolate can share one: it is frozen there, and these few lines write to
// what is shared. For everybody else nothing is different.
import { readFile } from 'node:fs/promises';

/** A pattern without the flags `g` and `y` has no place: there is nothing to reset. */
const resets = [/^(\s*)([\w.]+)\.lastIndex = 0;$/gm, '$1if ($2.lastIndex !== 0) $2.lastIndex = 0;'];
/** Collections cannot be frozen. Only `has` is asked of these. */
const sets = [
    /^export const (propertyKeyTypes|primitiveTypes) = (?:\/\* @__PURE__\*\/ )?new Set\((\[[^\]]*\])\);$/gm,
    'export const $1 = { has: (value) => $2.includes(value) };',
];

/** File below zod/v4/core -> what is replaced in it, and how often. */
const CHANGES = {
    'checks.js': [resets, 2],
    'schemas.js': [resets, 3],
    'util.js': [sets, 2],
};

export const sharedZod = {
    name: 'shared-zod',
    setup({ onLoad }) {
        onLoad({ filter: /\/zod\/v4\/core\/(?:checks|schemas|util)\.js$/ }, async ({ path }) => {
            const [[pattern, replacement], times] = CHANGES[path.slice(path.lastIndexOf('/') + 1)];
            const text = await readFile(path, 'utf8');
            const found = text.match(pattern)?.length ?? 0;
            if (found !== times) throw new Error(`${path} has ${found} of the ${times} lines that shared-zod.mjs changes: look at what zod does now`);
            return { contents: text.replace(pattern, replacement), loader: 'js' };
        });
    },
};

/** The default of all emitters is a setter's variable, which cannot be frozen. As configurable it can become a value. */
export const sharedEvents = {
    name: 'shared-events',
    setup({ onLoad }) {
        onLoad({ filter: /\/node_modules\/events\/events\.js$/ }, async ({ path }) => {
            const text = await readFile(path, 'utf8');
            const before = "Object.defineProperty(EventEmitter, 'defaultMaxListeners', {\n  enumerable: true,";
            if (!text.includes(before)) throw new Error(`${path} has another defaultMaxListeners: look at what it does now`);
            return { contents: text.replace(before, `${before}\n  configurable: true,`), loader: 'js' };
        });
    },
};
