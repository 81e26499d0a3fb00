// The intrinsics that no name leads to, and those whose instances cross between the realms.

/** Constructors whose `instanceof` has to know the values of the other realm. */
export const CROSSING = [
    'AggregateError',
    'Array',
    'ArrayBuffer',
    'BigInt64Array',
    'BigUint64Array',
    'DataView',
    'Date',
    'Error',
    'EvalError',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'Function',
    'Int16Array',
    'Int32Array',
    'Int8Array',
    'Map',
    'Object',
    'Promise',
    'RangeError',
    'ReferenceError',
    'RegExp',
    'Set',
    'SyntaxError',
    'TypeError',
    'URIError',
    'Uint16Array',
    'Uint32Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'WeakMap',
    'WeakSet',
] as const;

/** V8's call sites, which `Error.prepareStackTrace` gets. */
function callSite(): unknown {
    const constructor = Error as ErrorConstructor & { prepareStackTrace?: unknown };
    const before = Object.getOwnPropertyDescriptor(constructor, 'prepareStackTrace');
    let found: unknown;
    constructor.prepareStackTrace = (_error: unknown, sites: unknown[]) => {
        found = sites[0];
        return '';
    };
    void new Error('').stack;
    Reflect.deleteProperty(constructor, 'prepareStackTrace');
    if (before !== undefined) Object.defineProperty(constructor, 'prepareStackTrace', before);
    return found;
}

/** Instances of what has no name: iterators, generators, functions of every kind, the thrower of strict arguments. */
export function hidden(): unknown[] {
    const iterator = [][Symbol.iterator]();
    const found: unknown[] = [
        iterator,
        ''[Symbol.iterator](),
        ''.matchAll(/./g),
        new Map().entries(),
        new Set().values(),
        function* () {},
        (function* () {})(),
        async function () {},
        async () => {},
        async function* () {},
        (async function* () {})(),
        callSite(),
    ];
    // What every error has as its `stack`.
    const { get, set } = Object.getOwnPropertyDescriptor(new Error(''), 'stack') ?? {};
    found.push(get, set);
    const sloppy = (function () {
        return arguments;
    })();
    found.push(sloppy, Object.getOwnPropertyDescriptor(sloppy, 'callee')?.get);
    const { Iterator, Intl } = globalThis as unknown as Record<string, Record<string, (value: unknown) => Record<string, (...values: unknown[]) => unknown>>>;
    found.push(Iterator?.['from']?.({ next: () => ({}) }), (iterator as unknown as Record<string, (each: unknown) => unknown>)['map']?.((each: unknown) => each));
    const Segmenter = Intl?.['Segmenter'] as unknown as new () => { segment(text: string): Iterable<unknown> };
    const segments = new Segmenter().segment('a');
    found.push(segments, segments[Symbol.iterator]());
    return found;
}
