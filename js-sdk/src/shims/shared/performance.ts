// `performance` of one run: deno_web's keeps the marks of everybody in one list.

interface Entry {
    name: string;
    entryType: string;
    startTime: number;
}
interface Classes {
    Performance: { prototype: object };
    PerformanceMark: new (name: string, options?: object) => Entry;
    performance: { now(): number; timeOrigin: number };
}

export function makePerformance({ Performance, PerformanceMark, performance }: Classes): object {
    const began = performance.now();
    const timeOrigin = performance.timeOrigin + began;
    const now = (): number => performance.now() - began;
    let entries: Entry[] = [];
    const drop = (type: string, name?: string): void => {
        entries = entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== name));
    };
    const timeOf = (mark: unknown, otherwise: number): number => {
        if (mark === undefined) return otherwise;
        if (typeof mark === 'number') return mark;
        const found = entries.findLast((entry) => entry.name === String(mark));
        if (found === undefined) throw new SyntaxError(`The "${String(mark)}" performance mark has not been set`);
        return found.startTime;
    };
    const add = <One extends Entry>(entry: One): One => {
        entries.push(entry);
        return entry;
    };
    const members: Record<string, unknown> = {
        now,
        mark: (name: unknown, options?: { startTime?: number }) => add(new PerformanceMark(`${name as string}`, { ...options, startTime: options?.startTime ?? now() })),
        measure: (name: unknown, from?: unknown, to?: unknown) => {
            const named = typeof from === 'object' && from !== null ? (from as { start?: unknown; end?: unknown; detail?: unknown }) : { start: from, end: to };
            const startTime = timeOf(named.start, 0);
            const duration = timeOf(named.end, now()) - startTime;
            return add({ name: `${name as string}`, entryType: 'measure', startTime, duration, detail: (named as { detail?: unknown }).detail ?? null });
        },
        getEntries: () => entries.slice(),
        getEntriesByName: (name: unknown, type?: unknown) => entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)),
        getEntriesByType: (type: unknown) => entries.filter((entry) => entry.entryType === type),
        clearMarks: (name?: string) => drop('mark', name),
        clearMeasures: (name?: string) => drop('measure', name),
        toJSON: () => ({ timeOrigin }),
    };
    const made = Object.create(Performance.prototype) as object;
    for (const name of Object.keys(members)) Object.defineProperty(made, name, { value: members[name], writable: true, enumerable: false, configurable: true });
    Object.defineProperty(made, 'timeOrigin', { value: timeOrigin, enumerable: true });
    return made;
}
