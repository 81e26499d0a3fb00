// The options of one pagination: the provider's, overlaid by the caller's, checked.
import {
    ArrayIsArray,
    NumberConstructor,
    NumberIsFinite,
    ObjectCreate,
    ObjectDefineProperty,
    ObjectKeys,
    StringConstructor,
    StringPrototypeToUpperCase,
} from '../primordials.ts';
import type { ProxyResponse } from '../types.ts';

/** Called after each page. */
export type OnPage = (page: { nextPageParam: string | number | undefined; response: ProxyResponse }) => unknown;

/** What all strategies have. */
interface Common {
    /** Page size, with the name under which it is sent; without a name it is not sent. */
    limit: { name: string | null; value: number } | null;
    /** Where the items are; empty for the whole body. */
    responsePath: string;
    /** Whether parameters go into the body instead of the query. */
    inBody: boolean;
    onPage: OnPage | null;
}

export type CursorOptions = Common & { type: 'cursor'; cursorName: string; cursorPath: string };
export type LinkOptions = Common & { type: 'link'; headerRel: string | null; bodyPath: string | null };
export type OffsetOptions = Common & {
    type: 'offset';
    offsetName: string;
    start: number;
    calculation: 'by-response-size' | 'per-page';
};
export type PaginationOptions = CursorOptions | LinkOptions | OffsetOptions;

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
    return typeof value === 'object' && value !== null && !ArrayIsArray(value) ? (value as Fields) : {};
}

function overlay(template: Fields, own: Fields): Fields {
    // Without a prototype: nothing is inherited.
    const merged = ObjectCreate(null) as Fields;
    for (const layer of [template, own]) {
        for (const key of ObjectKeys(layer)) {
            const value = layer[key];
            if (value !== undefined) {
                ObjectDefineProperty(merged, key, { value, enumerable: true, writable: true, configurable: true });
            }
        }
    }
    return merged;
}

/** A text that is there; null where it is missing or empty. */
function text(fields: Fields, name: string): string | null {
    const value = fields[name];
    if (value === undefined || value === null || value === '') {
        return null;
    }
    if (typeof value !== 'string') {
        throw new Error(`paginate.${name} must be a string, not ${typeof value}`);
    }
    return value;
}

function required(fields: Fields, name: string, type: string): string {
    const value = text(fields, name);
    if (value === null) {
        throw new Error(`paginate.${name} is required for ${type} pagination`);
    }
    return value;
}

function number(fields: Fields, name: string): number | null {
    const value = fields[name];
    if (value === undefined || value === null || value === '') {
        return null;
    }
    const read = typeof value === 'number' || typeof value === 'string' ? NumberConstructor(value) : NaN;
    if (!NumberIsFinite(read)) {
        throw new Error(`paginate.${name} must be a number, not ${StringConstructor(value)}`);
    }
    return read;
}

function limitOf(fields: Fields, type: string): Common['limit'] {
    const value = number(fields, 'limit');
    if (value === null || value === 0) {
        return null;
    }
    const name = text(fields, 'limit_name_in_request');
    if (name === null && type === 'cursor') {
        throw new Error('paginate.limit needs paginate.limit_name_in_request: the name under which it is sent');
    }
    return { name, value };
}

function onPageOf(own: Fields): OnPage | null {
    const onPage = own['on_page'] ?? null;
    if (onPage !== null && typeof onPage !== 'function') {
        throw new Error(`paginate.on_page must be a function, not ${typeof onPage}`);
    }
    return onPage as OnPage | null;
}

function inBody(own: Fields, method: unknown): boolean {
    const said = own['in_body'];
    if (said !== undefined && said !== null) {
        return said === true;
    }
    const upper = typeof method === 'string' ? StringPrototypeToUpperCase(method) : 'GET';
    return upper === 'POST' || upper === 'PUT' || upper === 'PATCH';
}

function linkOf(fields: Fields): Pick<LinkOptions, 'headerRel' | 'bodyPath'> {
    const headerRel = text(fields, 'link_rel_in_response_header');
    const bodyPath = text(fields, 'link_path_in_response_body');
    if (headerRel === null && bodyPath === null) {
        throw new Error(
            'link pagination needs paginate.link_rel_in_response_header or paginate.link_path_in_response_body',
        );
    }
    return { headerRel, bodyPath };
}

function calculationOf(fields: Fields): OffsetOptions['calculation'] {
    const value = text(fields, 'offset_calculation_method') ?? 'by-response-size';
    switch (value) {
        case 'by-response-size':
        case 'per-page':
            return value;
        default:
            throw new Error(`paginate.offset_calculation_method must be by-response-size or per-page, not ${value}`);
    }
}

/** The options for a call of `method`. Throws an `Error` that names the option that is missing or wrong. */
export function paginationOptions(template: unknown, own: unknown, method: unknown): PaginationOptions {
    const called = overlay({}, fieldsOf(own));
    const fields = overlay(fieldsOf(template), called);
    const type = fields['type'] as string | null | undefined;
    if (type === undefined || type === null) {
        throw new Error('the provider says nothing about pagination: pass paginate.type (cursor, link or offset)');
    }
    const common = (type: string): Common => ({
        limit: limitOf(fields, type),
        responsePath: text(fields, 'response_path') ?? '',
        inBody: inBody(called, method),
        onPage: onPageOf(called),
    });
    switch (type) {
        case 'cursor':
            return {
                type,
                cursorName: required(fields, 'cursor_name_in_request', type),
                cursorPath: required(fields, 'cursor_path_in_response', type),
                ...common(type),
            };
        case 'link':
            return { type, ...linkOf(fields), ...common(type) };
        case 'offset':
            return {
                type,
                offsetName: required(fields, 'offset_name_in_request', type),
                start: number(fields, 'offset_start_value') ?? 0,
                calculation: calculationOf(fields),
                ...common(type),
            };
        default:
            throw new Error(`paginate.type must be cursor, link or offset, not ${StringConstructor(type)}`);
    }
}
