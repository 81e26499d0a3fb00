// Intersections in a finished schema.
//
// zod forgives a key that only one side of an intersection does not know, however deep in the value it is. So no
// object in a side may be closed.
import type { JSONSchema } from './zod-node.ts';

/** Marks a node that was an intersection until `openIntersections` has seen it. */
export const INTERSECTION = '~intersection';

function mapValues(json: object, map: (value: unknown) => unknown): JSONSchema {
    const copy = {};
    for (const [key, value] of Object.entries(json)) {
        Object.defineProperty(copy, key, { value: map(value), enumerable: true, writable: true, configurable: true });
    }
    return copy;
}

/** A side without closed objects. A reference leads to objects that may be closed, so it says nothing here. */
function opened(json: unknown): unknown {
    if (Array.isArray(json)) {
        return json.map(opened);
    }
    if (typeof json !== 'object' || json === null) {
        return json;
    }
    if (typeof (json as JSONSchema)['$ref'] === 'string') {
        return {};
    }
    // A property may have any of these names, but then its value is a schema.
    const kept = Object.entries(json).filter(
        ([key, value]) => !(key === INTERSECTION && value === true) && !(key === 'additionalProperties' && value === false),
    );
    return mapValues(Object.fromEntries(kept), opened);
}

/** `json` with the sides of its intersections opened. */
export function openIntersections(json: unknown): unknown {
    if (Array.isArray(json)) {
        return json.map(openIntersections);
    }
    if (typeof json !== 'object' || json === null) {
        return json;
    }
    const isIntersection = (json as JSONSchema)[INTERSECTION] === true;
    return isIntersection ? opened(json) : mapValues(json, openIntersections);
}
