// `FormData`. Evaluated at first use, with what multipart.ts makes of it.
import { URLSearchParams } from 'ext:deno_web/00_url.js';
import { TextDecoder } from 'ext:deno_web/08_text_encoding.js';

import type { Bytes } from '../crypto/digests.ts';
import { File, isBlob } from './blob.ts';
import { MAX_FIELDS, type Part, fromMultipart, invalid, parameters, toMultipart } from './multipart.ts';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A field as the list holds it: text, or a file. */
export type FormDataEntry = [name: string, value: string | File];

let entriesOf: (form: FormData) => FormDataEntry[];
let isFormData: (value: unknown) => value is FormData;

const needed = (given: number, least: number, name: string): void => {
    if (given < least) throw new TypeError(`FormData.${name}: ${least} arguments required, but only ${given} present.`);
};

const textOf = (value: unknown): string => `${value as string}`.toWellFormed();

function valueOf(given: number, value: unknown, filename: unknown, name: string): string | File {
    if (!isBlob(value)) {
        if (given > 2) throw new TypeError(`Failed to execute '${name}' on 'FormData': parameter 2 is not of type 'Blob'`);
        return textOf(value);
    }
    if (value instanceof File && filename === undefined) return value;
    const fileName = filename === undefined ? 'blob' : textOf(filename);
    const lastModified = value instanceof File ? value.lastModified : undefined;
    return new File([value], fileName, { type: value.type, lastModified });
}

class FormData {
    #entries: FormDataEntry[] = [];
    constructor(form?: unknown) {
        if (form !== undefined) throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'");
    }
    static {
        isFormData = (value): value is FormData => typeof value === 'object' && value !== null && #entries in value;
        entriesOf = (form) => form.#entries;
    }
    append(name?: unknown, value?: unknown, filename?: unknown): void {
        needed(arguments.length, 2, 'append');
        this.#entries.push([textOf(name), valueOf(arguments.length, value, filename, 'append')]);
    }
    delete(name?: unknown): void {
        needed(arguments.length, 1, 'delete');
        const key = textOf(name);
        this.#entries = this.#entries.filter(([one]) => one !== key);
    }
    get(name?: unknown): string | File | null {
        needed(arguments.length, 1, 'get');
        const key = textOf(name);
        return this.#entries.find(([one]) => one === key)?.[1] ?? null;
    }
    getAll(name?: unknown): (string | File)[] {
        needed(arguments.length, 1, 'getAll');
        const key = textOf(name);
        return this.#entries.filter(([one]) => one === key).map(([, value]) => value);
    }
    has(name?: unknown): boolean {
        needed(arguments.length, 1, 'has');
        const key = textOf(name);
        return this.#entries.some(([one]) => one === key);
    }
    set(name?: unknown, value?: unknown, filename?: unknown): void {
        needed(arguments.length, 2, 'set');
        const entry: FormDataEntry = [textOf(name), valueOf(arguments.length, value, filename, 'set')];
        const at = this.#entries.findIndex(([one]) => one === entry[0]);
        if (at === -1) {
            this.#entries.push(entry);
            return;
        }
        this.#entries = this.#entries.filter(([one], index) => index <= at || one !== entry[0]);
        this.#entries[at] = entry;
    }
    forEach(callback?: unknown, self?: unknown): void {
        if (typeof callback !== 'function') {
            throw new TypeError("Failed to execute 'forEach' on 'FormData': parameter 1 is not of type 'Function'.");
        }
        for (const [name, value] of this.entries()) Reflect.apply(callback as () => void, self, [value, name, this]);
    }
    *entries(): Generator<FormDataEntry> {
        for (let at = 0; at < this.#entries.length; at++) {
            const [name, value] = this.#entries[at] as FormDataEntry;
            yield [name, value];
        }
    }
    *keys(): Generator<string> {
        for (const [name] of this.entries()) yield name;
    }
    *values(): Generator<string | File> {
        for (const [, value] of this.entries()) yield value;
    }
    declare [Symbol.iterator]: () => Generator<FormDataEntry>;
    [INSPECT](_depth: number, options: unknown, inspect: (value: unknown, options: unknown) => string): string {
        return `FormData ${inspect(this.#entries, options)}`;
    }
}
Object.defineProperty(FormData.prototype, Symbol.iterator, { value: FormData.prototype.entries, writable: true, configurable: true });
Object.defineProperty(FormData.prototype, Symbol.toStringTag, { value: 'FormData', configurable: true });

function append(form: FormData, { name, filename, type, content }: Part): void {
    if (entriesOf(form).length >= MAX_FIELDS) throw new TypeError(`the form has too many fields (limit request_fields: ${MAX_FIELDS}, used: ${MAX_FIELDS + 1})`);
    if (filename === undefined) form.append(name, new TextDecoder().decode(content));
    else form.append(name, new File([content], filename, { type }));
}

/** The form that a body is, by its content type. */
export function fromBody(bytes: Bytes, contentType: string): FormData {
    const form = new FormData();
    const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
    if (type === 'multipart/form-data') {
        const { boundary } = parameters(contentType.slice(contentType.indexOf(';')));
        if (!boundary) throw invalid();
        for (const part of fromMultipart(bytes, boundary)) append(form, part);
        return form;
    }
    if (type !== 'application/x-www-form-urlencoded') {
        throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".');
    }
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
    return form;
}

export { FormData, entriesOf, isFormData, toMultipart };
