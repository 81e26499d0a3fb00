// `URL` and `TextDecoder` with Node's error codes, which functions and their libraries ask for. The classes are deno_web's.
import { core, primordials } from 'ext:core/mod.js';

const { Proxy, ReflectApply, ReflectConstruct, RangeError, TypeError } = primordials;

interface Classes {
    'ext:deno_web/00_url.js': { URL: typeof globalThis.URL; URLSearchParams: typeof globalThis.URLSearchParams };
    'ext:deno_web/08_text_encoding.js': { TextDecoder: typeof globalThis.TextDecoder; TextEncoder: typeof globalThis.TextEncoder };
}
const classes = <Script extends keyof Classes>(script: Script): Classes[Script] => core.loadExtScript(script) as Classes[Script];

export const { URL, URLSearchParams } = classes('ext:deno_web/00_url.js');
export const { TextDecoder, TextEncoder } = classes('ext:deno_web/08_text_encoding.js');

type Coded = Error & { code?: string };

function coded(error: Error, code: string): Error {
    (error as Coded).code = code;
    return error;
}

function encodingError(name: string): Error {
    return coded(new RangeError(`The "${name}" encoding is not supported`), 'ERR_ENCODING_NOT_SUPPORTED');
}

/** deno_web knows these, Node 20 does not. */
const UNKNOWN_TO_NODE = new Set(['iso-8859-16', 'x-user-defined']);
/** The standard knows these labels and decodes nothing of what they mean; Node says so. */
const REPLACED = new Set(['csiso2022kr', 'hz-gb-2312', 'iso-2022-cn', 'iso-2022-cn-ext', 'iso-2022-kr']);

/** A class that throws what `explain` makes of its constructor's errors. */
function explained<Class extends abstract new (...args: never[]) => object>(
    original: Class,
    explain: (error: Coded, args: unknown[]) => unknown,
    check: (made: object) => void = () => {},
): Class {
    const handler: ProxyHandler<Class> & { __proto__: null } = {
        __proto__: null,
        construct(target, args: unknown[], newTarget) {
            let made;
            try {
                made = ReflectConstruct(target, args, newTarget) as object;
            } catch (error) {
                throw explain(error as Coded, args);
            }
            check(made);
            return made;
        },
    };
    return new Proxy(original, handler);
}

export const CodedURL = explained(URL, (error, args) => coded(error, args.length === 0 ? 'ERR_MISSING_ARGS' : 'ERR_INVALID_URL'));

export const CodedTextDecoder = explained(
    TextDecoder,
    (error, [label]) => {
        if (error.code === 'ERR_ENCODING_NOT_SUPPORTED') {
            return encodingError(REPLACED.has(`${label as string}`) ? 'replacement' : `${label as string}`);
        }
        return typeof label === 'symbol' ? error : coded(error, 'ERR_INVALID_ARG_TYPE');
    },
    (made) => {
        const { encoding } = made as InstanceType<typeof TextDecoder>;
        if (UNKNOWN_TO_NODE.has(encoding)) throw encodingError(encoding);
    },
);

const { decode } = TextDecoder.prototype;

function decodeError(error: Coded, decoder: InstanceType<typeof TextDecoder>): unknown {
    if (error.message === 'Illegal invocation') {
        return coded(new TypeError('Value of "this" must be of type TextDecoder'), 'ERR_INVALID_THIS');
    }
    if (error.message === 'The encoded data is not valid') {
        const text = `The encoded data was not valid for encoding ${decoder.encoding}`;
        return coded(new TypeError(text), 'ERR_ENCODING_INVALID_ENCODED_DATA');
    }
    return error instanceof TypeError ? coded(error, 'ERR_INVALID_ARG_TYPE') : error;
}

/** `TextDecoder.prototype.decode`. */
export const codedDecode = {
    decode(this: InstanceType<typeof TextDecoder>, ..._: unknown[]): string {
        try {
            return ReflectApply(decode, this, arguments) as string;
        } catch (error) {
            throw decodeError(error as Coded, this);
        }
    },
}.decode;
