// Fixtures with one changed answer, and what Node and Nango's classes make of the change: whether anything that a
// replay compares would be another. So it is known beforehand which changes must turn a test red.
import { isDeepStrictEqual } from 'node:util';

import { fixtureOf } from './fixture.mjs';

/** So many values are changed in each answer, one at a time. */
const VALUES_OF_AN_ANSWER = 4;
/** And so many of its headers. */
const HEADERS_OF_AN_ANSWER = 2;

const escaped = (key) => String(key).replace(/~/g, '~0').replace(/\//g, '~1');
const pointer = (keys) => keys.map((key) => `/${escaped(key)}`).join('');

function another(value) {
    switch (typeof value) {
        case 'string':
            return `${value}~`;
        case 'number':
            return value + 1;
        case 'boolean':
            return !value;
        default:
            return 'mutant';
    }
}

function leaves(value, keys = []) {
    if (typeof value !== 'object' || value === null) {
        return [{ keys, value }];
    }
    return Object.entries(value).flatMap(([key, inner]) =>
        leaves(inner, [...keys, Array.isArray(value) ? Number(key) : key]),
    );
}

/** Some of a list, from its whole length. */
function spread(list, count) {
    const step = Math.max(1, (list.length - 1) / Math.max(1, count - 1));
    const picked = Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.round(index * step)]);
    return [...new Set(picked)];
}

const isBuffer = (value) => value?.type === 'Buffer' && Array.isArray(value.data);

/** Another letter or digit in the middle of a text; where it has none, another end. */
function otherText(text) {
    const half = Math.floor(text.length / 2);
    const found = text.slice(half).search(/[a-z0-9]/i);
    const at = half + found;
    return found < 0 ? `${text}~` : `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
}

/** The changes of one answer: where in the fixture, and how it is done on the way to the function. */
function changesOf({ call, entry }) {
    const changes = [];
    const change = (part, at, keys, value) =>
        changes.push({ at, value, mutation: { call, change: { part, keys, value } } });
    change('status', ['status'], [], entry.status >= 300 ? 200 : 503);
    const headers = Object.entries(entry.headers).filter(([name]) => name !== 'content-type');
    for (const [name, value] of spread(headers, HEADERS_OF_AN_ANSWER)) {
        change('header', ['headers', name], [name], otherText(value));
    }
    const { response } = entry;
    if (isBuffer(response)) {
        change('byte', ['response', 'data', 0], [0], (response.data[0] + 1) % 256);
    } else if (typeof response === 'object' && response !== null) {
        for (const { keys, value } of spread(leaves(response), VALUES_OF_AN_ANSWER)) {
            change('value', ['response', ...keys], keys, another(value));
        }
    } else if (typeof response === 'string' && response !== '') {
        change('text', ['response'], [], otherText(response));
        change('text', ['response'], [], `${response}~`);
    }
    return changes;
}

/** Where each recorded answer is in the document. */
function places(document) {
    return ['api', 'fetch'].flatMap((section) =>
        Object.entries(document[section] ?? {}).flatMap(([method, endpoints]) =>
            Object.entries(endpoints).flatMap(([endpoint, found]) => {
                const at = [section, method, endpoint];
                return Array.isArray(found)
                    ? found.map((entry, index) => ({ at: [...at, index], entry }))
                    : [{ at, entry: found }];
            }),
        ),
    );
}

const requestsOf = (document) =>
    places(document).map(({ at, entry }) => JSON.stringify([...at.slice(0, 3), entry.request]));

/** Whether a replay would see a difference: an outcome, a write, an action, or a request that was not recorded. */
function differs(before, after) {
    const shown = ({ output, error, nango }) => ({
        output,
        error,
        writes: nango.metadataWrites,
        actions: nango.triggerAction,
    });
    const known = new Set(requestsOf(before));
    return !isDeepStrictEqual(shown(before), shown(after)) || requestsOf(after).some((request) => !known.has(request));
}

/** Every mutant of a fixture: `[pointer, value, 'red' or 'green']`. A change that makes the function loop is none. */
export async function mutantsOf({ document, calls }, again) {
    const mutants = [];
    const known = places(document);
    const used = new Set();
    for (const { call, entry } of calls) {
        const place = known.find(
            ({ at, entry: other }) => !used.has(at) && isDeepStrictEqual(JSON.parse(JSON.stringify(entry)), other),
        );
        used.add(place.at);
        for (const { at, value, mutation } of changesOf({ call, entry: place.entry })) {
            const ran = await again(mutation);
            if (!ran.endless) {
                const { document: after } = await fixtureOf(ran);
                mutants.push([pointer([...place.at, ...at]), value, differs(document, after) ? 'red' : 'green']);
            }
        }
    }
    return mutants;
}
