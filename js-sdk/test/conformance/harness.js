// One program, two worlds: an isolate and Node 20. Each member is called with the same generated inputs; what it
// answers, or the name and code of what it throws, is written as text, one list for each member.
function randomOf(seed) {
    let state = seed >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return (mixed ^ (mixed >>> 14)) >>> 0;
    };
    const below = (limit) => next() % limit;
    const pick = (list) => list[below(list.length)];
    const times = (most, make) => Array.from({ length: below(most + 1) }, make);
    const PIECES = ['a', 'Z', '0', '9', ' ', '-', '_', '+', '/', '=', '%', '%41', '%zz', '&', '?', '#', ':', '@', '.', '\t', '\n', '\0', 'é', 'ß', '日', '\u{1F600}', '\ud800', '\ufeff', '\x80', '\xff', 'key', 'value', '"', "'", '\\', '<', '[', ']', '{', ';', ','];
    const text = (most = 24) => times(most, () => pick(PIECES)).join('');
    const bytes = (most = 40) => times(most, () => below(256));
    const number = () => pick([0, 1, -1, 2, 3, 7, 8, 127, 128, 255, 256, -128, -129, 32767, 65535, 65536, -32768, 2147483647, -2147483648, 4294967295, 4294967296, 0.5, -2.5, NaN, Infinity, below(1000), -below(1000), next()]);
    return { next, below, pick, times, text, bytes, number };
}

function shown(value, depth = 0) {
    if (value === undefined) return 'undefined';
    if (value === null || typeof value === 'boolean') return `${value}`;
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'function') return 'function';
    if (depth > 4) return '...';
    if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${[...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]})`;
    if (value instanceof ArrayBuffer) return `ArrayBuffer(${[...new Uint8Array(value)]})`;
    if (value instanceof Error) return thrown(value);
    if (Array.isArray(value)) return `[${value.map((one) => shown(one, depth + 1)).join()}]`;
    return `{${Object.entries(value).map(([key, one]) => `${key}:${shown(one, depth + 1)}`).join()}}`;
}

const thrown = (error) => `!${error?.name} ${error?.code ?? ''}`;

/** The same text for the same answer; a long one is shortened by its hash. */
function short(text) {
    // Half of a surrogate pair would not survive the way out.
    if (text.length <= 100) return text.toWellFormed();
    let hash = 5381;
    for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 33) ^ text.charCodeAt(at)) >>> 0;
    return `${text.slice(0, 60).toWellFormed()}...${text.length}:${hash}`;
}

async function answersOf(members, inputs) {
    const answers = {};
    let seed = 1;
    for (const [name, call] of Object.entries(members)) {
        const list = [];
        for (let number = 0; number < inputs; number++) {
            let answer;
            try {
                answer = shown(await call(randomOf(seed * 100003 + number)));
            } catch (error) {
                answer = thrown(error);
            }
            list.push(short(answer));
        }
        answers[name] = list;
        seed += 1;
    }
    return answers;
}
