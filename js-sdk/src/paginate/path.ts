// Paths into JSON data, as authors and provider templates write them: `data.items`, `pages[0].next`,
// `["odata.nextLink"]` (lodash's notation).
import {
    ArrayIsArray,
    ArrayPrototypePush,
    ObjectDefineProperty,
    ObjectHasOwn,
    ObjectKeys,
    RegExpPrototypeExec,
} from '../primordials.ts';

/** A path has at most so many steps: deeper data is refused by JSON parsers anyway. */
const MAX_STEPS = 128;

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
    return typeof value === 'object' && value !== null;
}

/** The steps of a path. */
export function stepsOf(path: string): string[] {
    // One step: text in quotes within brackets, an index within brackets, or a name between dots.
    const step = /\[\s*(?:"([^"]*)"|'([^']*)'|([^\]]*?))\s*\]|([^.[\]]+)/g;
    const steps: string[] = [];
    let found = RegExpPrototypeExec(step, path);
    while (found !== null && steps.length < MAX_STEPS) {
        ArrayPrototypePush(steps, found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
        found = RegExpPrototypeExec(step, path);
    }
    return steps;
}

/** The value at a path; `undefined` where there is none. A key that is spelled like the whole path wins. */
export function readPath(value: unknown, path: string): unknown {
    if (isObject(value) && ObjectHasOwn(value, path)) {
        return value[path];
    }
    const steps = stepsOf(path);
    let current = value;
    for (let index = 0; index < steps.length; index++) {
        const step = steps[index] as string;
        if (!isObject(current) || !ObjectHasOwn(current, step)) {
            return undefined;
        }
        current = current[step];
    }
    return current;
}

function setOwn(target: JsonObject, key: string, value: unknown): void {
    ObjectDefineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A copy of one level of an object or list. */
function shallowCopy(value: unknown): JsonObject {
    const copy = (ArrayIsArray(value) ? [] : {}) as JsonObject;
    if (isObject(value)) {
        for (const key of ObjectKeys(value)) {
            setOwn(copy, key, value[key]);
        }
    }
    return copy;
}

/** A copy of `value` with `item` at a path. What lies beside the path is shared, and never written to. */
export function withPath(value: unknown, path: string, item: unknown): JsonObject {
    const copy = shallowCopy(value);
    const steps = ObjectHasOwn(copy, path) ? [path] : stepsOf(path);
    let current = copy;
    for (let index = 0; index < steps.length - 1; index++) {
        const step = steps[index] as string;
        const next = shallowCopy(ObjectHasOwn(current, step) ? current[step] : undefined);
        setOwn(current, step, next);
        current = next;
    }
    setOwn(current, steps[steps.length - 1] ?? path, item);
    return copy;
}
