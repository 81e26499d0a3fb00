// What is used of deno_web, which implements the standards' classes: the same types as the globals of those names.
declare module 'ext:deno_web/00_url.js' {
    export const URL: typeof globalThis.URL;
    export const URLSearchParams: typeof globalThis.URLSearchParams;
}
declare module 'ext:deno_web/01_dom_exception.js' {
    export const DOMException: typeof globalThis.DOMException;
    export type DOMException = globalThis.DOMException;
}
declare module 'ext:deno_web/02_timers.js' {
    export const setTimeout: (callback: (...values: never[]) => void, after?: number, ...values: unknown[]) => number;
    export const setInterval: typeof setTimeout;
    export const clearTimeout: (timer?: number) => void;
    export const clearInterval: typeof clearTimeout;
}
declare module 'ext:deno_web/03_abort_signal.js' {
    export const AbortController: typeof globalThis.AbortController;
    export const AbortSignal: typeof globalThis.AbortSignal;
}
declare module 'ext:deno_web/08_text_encoding.js' {
    export const TextDecoder: typeof globalThis.TextDecoder;
    export const TextEncoder: typeof globalThis.TextEncoder;
}

// The typed arrays' own base64 and hex, which V8 has and the compiler's declarations do not know yet.
interface Uint8ArrayConstructor {
    fromBase64(text: string, options?: { alphabet?: 'base64' | 'base64url' }): Uint8Array<ArrayBuffer>;
}
interface Uint8Array<TArrayBuffer extends ArrayBufferLike> {
    toBase64(options?: { alphabet?: 'base64' | 'base64url'; omitPadding?: boolean }): string;
    toHex(): string;
}
