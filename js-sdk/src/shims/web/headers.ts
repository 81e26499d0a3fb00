// `Headers`, by the Fetch standard, without guards. Evaluated at the first use of `fetch` or its classes.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const EDGES = /^[\t\n\r ]+|[\t\n\r ]+$/g;
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

type Inspect = (value: unknown, options: unknown) => string;

function nameOf(name: unknown): string {
    const text = `${name as string}`;
    if (!TOKEN.test(text)) throw new TypeError(`${JSON.stringify(text)} is an invalid header name.`);
    return text.toLowerCase();
}

function valueOf(value: unknown): string {
    const text = `${value as string}`.replace(EDGES, '');
    if (/[\0\r\n]|[^\0-\xff]/.test(text)) throw new TypeError(`${JSON.stringify(text)} is an invalid header value.`);
    return text;
}

/** Several values of one name as one text. */
const joined = (name: string, values: readonly string[]): string => values.join(name === 'cookie' ? '; ' : ', ');

class Headers {
    /** Name in lower case -> its values, in the order they came. */
    readonly #values = new Map<string, string[]>();
    constructor(init?: unknown) {
        if (init === undefined) return;
        if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
            throw new TypeError('Headers constructor: the argument must be a record or a sequence of pairs');
        }
        if (init instanceof Headers) {
            for (const [name, values] of init.#values) this.#values.set(name, [...values]);
        } else if (typeof (init as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function') {
            this.#fillPairs(init as Iterable<unknown>);
        } else {
            this.#fillRecord(init as Record<string, unknown>);
        }
    }
    #fillPairs(pairs: Iterable<unknown>): void {
        for (const pair of pairs) {
            if (typeof pair !== 'object' || pair === null) throw new TypeError('Headers constructor: each entry must be a pair');
            const entry = [...(pair as Iterable<unknown>)];
            if (entry.length !== 2) throw new TypeError(`Headers constructor: expected name/value pair to be length 2, found ${entry.length}.`);
            this.append(entry[0], entry[1]);
        }
    }
    #fillRecord(record: Record<string, unknown>): void {
        for (const name of Reflect.ownKeys(record)) {
            if (!Object.getOwnPropertyDescriptor(record, name)?.enumerable) continue;
            if (typeof name === 'symbol') throw new TypeError('Headers constructor: a symbol is no header name');
            this.append(name, record[name]);
        }
    }
    append(name: unknown, value: unknown): void {
        const [key, text] = [nameOf(name), valueOf(value)];
        const values = this.#values.get(key);
        if (values) values.push(text);
        else this.#values.set(key, [text]);
    }
    delete(name: unknown): void {
        this.#values.delete(nameOf(name));
    }
    get(name: unknown): string | null {
        const key = nameOf(name);
        const values = this.#values.get(key);
        return values === undefined ? null : joined(key, values);
    }
    has(name: unknown): boolean {
        return this.#values.has(nameOf(name));
    }
    set(name: unknown, value: unknown): void {
        const [key, text] = [nameOf(name), valueOf(value)];
        this.#values.set(key, [text]);
    }
    getSetCookie(): string[] {
        return [...(this.#values.get('set-cookie') ?? [])];
    }
    #sorted(): [string, string][] {
        const pairs: [string, string][] = [];
        for (const [name, values] of [...this.#values].sort(([one], [other]) => (one < other ? -1 : 1))) {
            if (name === 'set-cookie') for (const value of values) pairs.push([name, value]);
            else pairs.push([name, joined(name, values)]);
        }
        return pairs;
    }
    forEach(callback: unknown, self?: unknown): void {
        if (typeof callback !== 'function') throw new TypeError('Headers.forEach: the first argument must be a function');
        for (const [name, value] of this.#sorted()) Reflect.apply(callback as () => void, self, [value, name, this]);
    }
    *entries(): Generator<[string, string]> {
        yield* this.#sorted();
    }
    *keys(): Generator<string> {
        for (const [name] of this.#sorted()) yield name;
    }
    *values(): Generator<string> {
        for (const [, value] of this.#sorted()) yield value;
    }
    declare [Symbol.iterator]: () => Generator<[string, string]>;
    [INSPECT](_depth: number, options: unknown, inspect: Inspect): string {
        return `Headers ${inspect(Object.fromEntries(this.#sorted()), options)}`;
    }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });
Object.defineProperty(Headers.prototype, Symbol.toStringTag, { value: 'Headers', configurable: true });

export { Headers };
