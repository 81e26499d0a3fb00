// `Headers`, by the Fetch standard, without guards. Evaluated at the first use of `fetch` or its classes.
(function () {
    const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
    const EDGES = /^[\t\n\r ]+|[\t\n\r ]+$/g;

    function nameOf(name) {
        const text = `${name}`;
        if (!TOKEN.test(text)) throw new TypeError(`${JSON.stringify(text)} is an invalid header name.`);
        return text.toLowerCase();
    }

    function valueOf(value) {
        const text = `${value}`.replace(EDGES, '');
        if (/[\0\r\n]|[^\0-\xff]/.test(text)) throw new TypeError(`${JSON.stringify(text)} is an invalid header value.`);
        return text;
    }

    class Headers {
        /** Name in lower case -> its values, in the order they came. */
        #values = new Map();
        constructor(init) {
            if (init === undefined) return;
            if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
                throw new TypeError('Headers constructor: the argument must be a record or a sequence of pairs');
            }
            if (init instanceof Headers) {
                for (const [name, values] of init.#values) this.#values.set(name, [...values]);
            } else if (typeof init[Symbol.iterator] === 'function') {
                for (const pair of init) {
                    if (typeof pair !== 'object' || pair === null) throw new TypeError('Headers constructor: each entry must be a pair');
                    const entry = [...pair];
                    if (entry.length !== 2) throw new TypeError(`Headers constructor: expected name/value pair to be length 2, found ${entry.length}.`);
                    this.append(entry[0], entry[1]);
                }
            } else {
                for (const name of Reflect.ownKeys(init)) {
                    if (!Object.getOwnPropertyDescriptor(init, name)?.enumerable) continue;
                    if (typeof name === 'symbol') throw new TypeError('Headers constructor: a symbol is no header name');
                    this.append(name, init[name]);
                }
            }
        }
        append(name, value) {
            const [key, text] = [nameOf(name), valueOf(value)];
            const values = this.#values.get(key);
            if (values) values.push(text);
            else this.#values.set(key, [text]);
        }
        delete(name) {
            this.#values.delete(nameOf(name));
        }
        get(name) {
            return this.#values.get(nameOf(name))?.join(', ') ?? null;
        }
        has(name) {
            return this.#values.has(nameOf(name));
        }
        set(name, value) {
            const [key, text] = [nameOf(name), valueOf(value)];
            this.#values.set(key, [text]);
        }
        getSetCookie() {
            return [...(this.#values.get('set-cookie') ?? [])];
        }
        #sorted() {
            const pairs = [];
            for (const name of [...this.#values.keys()].sort()) {
                const values = this.#values.get(name);
                if (name === 'set-cookie') for (const value of values) pairs.push([name, value]);
                else pairs.push([name, values.join(', ')]);
            }
            return pairs;
        }
        forEach(callback, self) {
            if (typeof callback !== 'function') throw new TypeError('Headers.forEach: the first argument must be a function');
            for (const [name, value] of this.#sorted()) callback.call(self, value, name, this);
        }
        *entries() {
            yield* this.#sorted();
        }
        *keys() {
            for (const [name] of this.#sorted()) yield name;
        }
        *values() {
            for (const [, value] of this.#sorted()) yield value;
        }
        [Symbol.for('nodejs.util.inspect.custom')](_depth, options, inspect) {
            return `Headers ${inspect(Object.fromEntries(this.#sorted()), options)}`;
        }
    }
    Object.defineProperty(Headers.prototype, Symbol.iterator, { value: Headers.prototype.entries, writable: true, configurable: true });
    Object.defineProperty(Headers.prototype, Symbol.toStringTag, { value: 'Headers', configurable: true });
    return { Headers };
})();
