// Bytes of base64 and hex text, whatever else is in it, by Node's rules.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NONE = -1;
const VALUES = new Int8Array(256).fill(NONE);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
VALUES['-'.charCodeAt(0)] = 62;
VALUES['_'.charCodeAt(0)] = 63;
const PADDING = '='.charCodeAt(0);

/** How many bytes Node makes room for: counted of the text's length, whatever is in it. */
function room(text: string): number {
    let length = text.length;
    if (text[length - 1] === '=') length--;
    if (length > 1 && text[length - 1] === '=') length--;
    const rest = length % 4;
    return Math.floor(length / 4) * 3 + (rest === 0 ? 0 : rest === 3 ? 2 : 1);
}

/** Both alphabets; other characters are passed over, and padding ends it. Only the low byte of a character counts. */
function fromBase64(text: string): Uint8Array {
    const bytes = new Uint8Array(room(text));
    let written = 0;
    let bits = 0;
    let held = 0;
    for (let at = 0; at < text.length && written < bytes.length; at++) {
        const char = text.charCodeAt(at) & 0xff;
        if (char === PADDING) break;
        const value = VALUES[char] ?? NONE;
        if (value === NONE) continue;
        held = (held << 6) | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[written++] = held >> bits;
        held &= (1 << bits) - 1;
    }
    return written === bytes.length ? bytes : bytes.slice(0, written);
}

function hexDigit(char: number): number {
    if (char >= 0x30 && char <= 0x39) return char - 0x30;
    const lower = char | 0x20;
    return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : NONE;
}

/** Up to the first pair that is no number. */
function fromHex(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length >> 1);
    for (let at = 0; at < bytes.length; at++) {
        const high = hexDigit(text.charCodeAt(2 * at) & 0xff);
        const low = hexDigit(text.charCodeAt(2 * at + 1) & 0xff);
        if (high === NONE || low === NONE) return bytes.slice(0, at);
        bytes[at] = high * 16 + low;
    }
    return bytes;
}

/** The bytes of a text in base64, base64url or hex; undefined of any other encoding. */
export function decoded(text: string, encoding: unknown): Uint8Array | undefined {
    if (typeof encoding !== 'string') return undefined;
    switch (encoding.toLowerCase()) {
        case 'base64':
        case 'base64url':
            return fromBase64(text);
        case 'hex':
            return fromHex(text);
        default:
            return undefined;
    }
}

/** A text whose characters are the bytes. */
export function latin1(bytes: Uint8Array): string {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
}
