// npm's packages by the names that mean them and not Node's own modules.
declare module 'buffer/' {
    export const Buffer: typeof globalThis.Buffer;
    export type Buffer = globalThis.Buffer;
    export const SlowBuffer: unknown;
    export const INSPECT_MAX_BYTES: number;
    export const kMaxLength: number;
}
declare module 'url/' {
    export const Url: new () => object;
    export function parse(url: string, query?: boolean, slashes?: boolean): unknown;
    export function resolve(from: string, to: string): string;
    export function resolveObject(from: string, to: string): unknown;
    export function format(url: never): string;
}
declare module 'readable-stream/lib/stream.js' {
    const streams: typeof import('node:stream');
    export default streams;
}
