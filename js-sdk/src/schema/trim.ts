// Limits of the produced schema. Cutting a part away always widens: no keyword here is negated but `not: {}`.
import type { JSONSchema } from './zod-node.ts';

/** Levels of JSON; parsers on the other side refuse far deeper ones. */
const MAX_DEPTH = 80;
/** Nodes, with every reference counted as what it stands for. A validator may visit each of them. */
const MAX_NODES = 20_000;

type Node = { [key: string]: unknown } | unknown[];

function isNode(value: unknown): value is Node {
    return typeof value === 'object' && value !== null;
}

/** Replaces what is nested too deeply by `{}`; in `enum` and `required` nothing is. */
function cutDepth(node: Node, depth: number): void {
    for (const [key, child] of Object.entries(node)) {
        if (!isNode(child)) {
            continue;
        }
        // Only a schema may become `{}`: at an even depth there may be a list or a map of schemas.
        if (depth >= MAX_DEPTH && !Array.isArray(child) && key !== 'properties' && key !== '$defs') {
            (node as Record<string, unknown>)[key] = {};
        } else {
            cutDepth(child, depth + 1);
        }
    }
}

function resolve(root: JSONSchema, reference: string): JSONSchema {
    const defs = (root['$defs'] ?? {}) as Record<string, JSONSchema>;
    const name = reference.replace(/^#\/\$defs\//, '');
    return reference === '#' ? root : (defs[name] ?? {});
}

/** The parts of a node that are applied to the same value as it is. */
function inPlace(root: JSONSchema, node: JSONSchema): JSONSchema[] {
    const parts = [...((node['anyOf'] ?? []) as JSONSchema[]), ...((node['allOf'] ?? []) as JSONSchema[])];
    return typeof node['$ref'] === 'string' ? [...parts, resolve(root, node['$ref'])] : parts;
}

/** Whether checking one value may come back to where it started without going deeper into the value. */
function loops(root: JSONSchema): boolean {
    const done = new Set<JSONSchema>();
    const open = new Set<JSONSchema>();
    const visit = (node: JSONSchema): boolean => {
        if (open.has(node)) {
            return true;
        }
        if (done.has(node)) {
            return false;
        }
        open.add(node);
        const looping = inPlace(root, node).some(visit);
        open.delete(node);
        done.add(node);
        return looping;
    };
    return [root, ...Object.values((root['$defs'] ?? {}) as Record<string, JSONSchema>)].some(visit);
}

/** Nodes of a schema with its references followed; a recursive reference counts once. */
function nodeCount(root: JSONSchema): number {
    const counts = new Map<Node, number>();
    const count = (node: Node): number => {
        const known = counts.get(node);
        if (known !== undefined) {
            return known;
        }
        counts.set(node, 1);
        let total = 1;
        for (const [key, child] of Object.entries(node)) {
            if (key === '$ref' && typeof child === 'string') {
                total += count(resolve(root, child));
            } else if (isNode(child) && key !== '$defs') {
                total += count(child);
            }
        }
        counts.set(node, Math.min(total, MAX_NODES + 1));
        return total;
    };
    return count(root);
}

/** `schema` within the limits; `{}` where it does not fit into them. */
export function trim(schema: JSONSchema): JSONSchema {
    if (loops(schema) || nodeCount(schema) > MAX_NODES) {
        return {};
    }
    cutDepth(schema, 0);
    return schema;
}
