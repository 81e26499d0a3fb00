// The calls of `nango` that are under way. What is still here when `exec` settles was not awaited.

/** How many names a warning carries. */
const MAX_NAMES = 50;

export class PendingCalls {
    readonly #calls = new Set<{ name: string }>();

    /** Runs `work` and remembers `name` until it settles. */
    async track<T>(name: string, work: () => Promise<T>): Promise<T> {
        const call = { name };
        add(this.#calls, call);
        try {
            return await work();
        } finally {
            remove(this.#calls, call);
        }
    }

    /** `post /webhooks`, `setMetadata`, …: in the order of their start. */
    names(): string[] {
        const names: string[] = [];
        forEach(this.#calls, ({ name }) => {
            if (names.length < MAX_NAMES) {
                names[names.length] = name;
            }
        });
        return names;
    }
}

type Calls = Set<{ name: string }>;
const { add: setAdd, delete: setDelete, forEach: setForEach } = Set.prototype;
const { apply } = Reflect;

function add(calls: Calls, call: { name: string }): void {
    apply(setAdd, calls, [call]);
}

function remove(calls: Calls, call: { name: string }): void {
    apply(setDelete, calls, [call]);
}

function forEach(calls: Calls, each: (call: { name: string }) => void): void {
    apply(setForEach, calls, [each]);
}
