// Instances of classes that no name leads to: a run meets them as what something else returns. Freezing starts from values,
// so there has to be one of each.

type Make = () => unknown;
type ErrorClass = new (issues: []) => unknown;
interface Zod {
    ZodRealError: ErrorClass;
    ZodError: ErrorClass;
    core: { $ZodError: ErrorClass; $ZodRealError: ErrorClass };
}
type NodeCrypto = typeof import('node:crypto');

/** One that was touched as a stream. */
function used(stream: object): object {
    void (stream as { on?: unknown }).on;
    return stream;
}

/** The prototypes of a sample and of what it holds, and the functions that it holds: those may be everybody's. */
function shapes(value: unknown, seen: Set<unknown>): unknown[] {
    if (typeof value === 'function') return [value];
    if (typeof value !== 'object' || value === null || seen.has(value)) return [];
    seen.add(value);
    const found: unknown[] = [Object.getPrototypeOf(value)];
    for (const key of Reflect.ownKeys(value)) {
        found.push(...shapes(Object.getOwnPropertyDescriptor(value, key)?.value, seen));
    }
    return found;
}

/** The shapes of what the makers make; one that throws makes nothing. */
export function samples(shared: Record<string, unknown>, scripts: unknown[], zod: Zod): unknown[] {
    const [, node, url, , streams] = scripts as [unknown, NodeCrypto, typeof import('node:url'), unknown, { readable(bytes: Uint8Array): unknown }];
    const { URLSearchParams, Headers, FormData, ReadableStream, Blob, AbortController, AbortSignal, Request, Response, TransformStream, WritableStream, Buffer, crypto, EventTarget, TextEncoder } = shared as unknown as typeof globalThis & { Buffer: { from(text: string): unknown; alloc(size: number): unknown } };
    const makers: Make[] = [
        () => new URLSearchParams('a=b').entries(),
        () => new Headers({ a: 'b' }).entries(),
        () => new FormData().entries(),
        () => new ReadableStream(),
        () => new ReadableStream({ type: 'bytes' }),
        () => new TransformStream(),
        () => new WritableStream(),
        () => new WritableStream().getWriter(),
        () => new Request('https://example.com'),
        () => AbortSignal.abort(),
        () => AbortSignal.any([new AbortController().signal]),
        () => new ReadableStream().values(),
        () => new ReadableStream().getReader(),
        () => new Blob(['a']).stream(),
        () => new Response('a').body,
        () => new AbortController().signal,
        () => new EventTarget(),
        () => new TextEncoder(),
        () => crypto.subtle,
        () => Buffer.alloc(0),
        () => new zod.ZodError([]),
        () => new zod.ZodRealError([]),
        () => new zod.core.$ZodError([]),
        () => new zod.core.$ZodRealError([]),
        () => streams.readable(new Uint8Array(0)),
        () => (streams.readable(new Uint8Array(0)) as { _readableState?: unknown })._readableState,
        () => (streams.readable(new Uint8Array(0)) as { _readableState?: { buffer?: unknown } })._readableState?.buffer,
        () => url.parse('https://example.com'),
        () => node.createHmac('sha256', 'key'),
        () => node.createSecretKey('key', 'utf8'),
        () => node.createCipheriv('aes-256-cbc', new Uint8Array(32), new Uint8Array(16)),
        () => node.createDecipheriv('aes-256-cbc', new Uint8Array(32), new Uint8Array(16)),
        () => node.createVerify('RSA-SHA256'),
        // Classes that change at their first use as streams: they do it now.
        () => used(node.createHash('sha256')),
        () => used(node.createSign('RSA-SHA256')),
    ];
    return makers.map((make) => {
        try {
            return shapes(make(), new Set());
        } catch {
            return undefined;
        }
    });
}
