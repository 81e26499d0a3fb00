const ENCODINGS = ['utf8', 'UTF-8', 'utf-8', 'hex', 'base64', 'base64url', 'ascii', 'latin1', 'binary', 'utf16le', 'ucs2', undefined];
const STRICT = [...ENCODINGS, 'nope', 5, ''];
const buf = (r, most) => Buffer.from(r.bytes(most));
const encodable = (r) => r.pick([r.text(), r.text(), Buffer.from(r.bytes()).toString('hex'), Buffer.from(r.bytes()).toString('base64'), Buffer.from(r.bytes()).toString('base64').replace(/=/g, '')]);
const anything = (r) => r.pick([null, undefined, true, 5, {}, [1, 2, 300, -1], 'x', { length: 2, 0: 7 }, Symbol.iterator, new Uint16Array([1, 500]), new ArrayBuffer(3), new Date(0), Buffer.from('abc').toJSON()]);
const place = (r) => r.pick([undefined, 0, 1, 2, 5, -1, -3, 100, NaN, '1', 2.7, null]);
const members = {
    'Buffer.from(string)': (r) => Buffer.from(encodable(r), r.pick(STRICT)),
    'Buffer.from(bytes)': (r) => Buffer.from(r.pick([r.bytes(), new Uint8Array(r.bytes()), new Uint8Array(r.bytes()).buffer, buf(r), anything(r)])),
    'Buffer.from(arrayBuffer, offset, length)': (r) => Buffer.from(new Uint8Array([1, 2, 3, 4, 5, 6]).buffer, r.below(9), r.pick([undefined, r.below(8)])),
    'Buffer.alloc': (r) => Buffer.alloc(r.pick([r.below(20), r.number() % 1000]), r.pick([undefined, 0, r.below(300), r.text(5), buf(r, 4), '']), r.pick(ENCODINGS)),
    'Buffer.allocUnsafe': (r) => Buffer.allocUnsafe(r.pick([r.below(20), r.below(9), r.below(5), -1, 'x', null, undefined, NaN])).length,
    'Buffer.byteLength': (r) => Buffer.byteLength(r.pick([encodable(r), encodable(r), buf(r), anything(r)]), r.pick(STRICT)),
    'Buffer.compare': (r) => Buffer.compare(r.pick([buf(r, 3), new Uint8Array(r.bytes(2)), 'x']), buf(r, 3)),
    'Buffer.concat': (r) => Buffer.concat(r.pick([r.times(4, () => buf(r, 6)), r.times(3, () => new Uint8Array(r.bytes(3))), 'x', [1]]), r.pick([undefined, r.below(30)])),
    'Buffer.isBuffer': (r) => Buffer.isBuffer(r.pick([buf(r), anything(r)])),
    'Buffer.isEncoding': (r) => Buffer.isEncoding(r.pick([...STRICT, r.text(3), 'BASE64URL', 'Hex', 'ucs-2', 'utf-16le'])),
    'buf.toString': (r) => buf(r).toString(r.pick(STRICT), place(r), place(r)),
    'buf.toJSON': (r) => buf(r).toJSON(),
    'buf.equals': (r) => buf(r, 1).equals(r.pick([buf(r, 1), new Uint8Array(r.bytes(1)), anything(r)])),
    'buf.compare': (r) => buf(r, 5).compare(buf(r, 5), ...r.times(4, () => r.below(6))),
    'buf.copy': (r) => { const to = Buffer.alloc(10); const n = buf(r, 12).copy(to, ...r.times(3, () => r.below(11))); return [n, to]; },
    'buf.fill': (r) => buf(r, 12).fill(r.pick([r.below(300), r.text(4), buf(r, 3), encodable(r)]), ...r.pick([[], [r.below(6)], [r.below(6), r.below(12)], [r.pick(ENCODINGS)], [1, 4, r.pick(STRICT)]])),
    'buf.includes': (r) => Buffer.from(r.text(30)).includes(r.pick([r.text(1), r.below(256), buf(r, 1)]), r.pick([undefined, r.below(10), -3])),
    'buf.indexOf': (r) => buf(r).indexOf(r.pick([r.text(1), r.below(300), buf(r, 2), '', 'ff']), place(r), r.pick(ENCODINGS)),
    'buf.lastIndexOf': (r) => buf(r).lastIndexOf(r.pick([r.text(1), r.below(256), buf(r, 1)]), r.pick([undefined, r.below(20), -2]), r.pick(ENCODINGS)),
    'buf.slice': (r) => buf(r).slice(place(r), place(r)),
    'buf.subarray': (r) => buf(r).subarray(place(r), place(r)),
    'buf.swap16': (r) => buf(r, 8).swap16(),
    'buf.swap32': (r) => buf(r, 8).swap32(),
    'buf.swap64': (r) => buf(r, 16).swap64(),
    'buf.write': (r) => { const to = Buffer.alloc(12); return [to.write(encodable(r), ...r.pick([[], [r.pick(ENCODINGS)], [r.below(13)], [r.below(12), r.pick(ENCODINGS)], [r.below(12), r.below(6), r.pick(STRICT)]])), to]; },
    'buf iteration': (r) => [[...buf(r, 5).entries()], [...buf(r, 5)], buf(r, 5).map((x) => x + 1), buf(r).filter((x) => x > 99)],
    'buffer.isUtf8': (r) => bufferModule.isUtf8(r.pick([buf(r, 3), Buffer.from(r.text())])),
    'buffer.isAscii': (r) => bufferModule.isAscii(r.pick([buf(r, 2), Buffer.from(r.text(2))])),
    'buffer.transcode': (r) => bufferModule.transcode(Buffer.from(r.text()), 'utf8', r.pick(['latin1', 'ascii', 'utf16le', 'utf8', 'ucs2'])),
    'buffer.constants': () => Object.keys(bufferModule.constants),
    'atob': (r) => atob(encodable(r)),
    'btoa': (r) => btoa(r.text(8)),
};
for (const kind of ['Int8', 'UInt8', 'Int16LE', 'Int16BE', 'UInt16LE', 'UInt16BE', 'Int32LE', 'Int32BE', 'UInt32LE', 'UInt32BE', 'FloatLE', 'FloatBE', 'DoubleLE', 'DoubleBE']) {
    members[`buf.read${kind}`] = (r) => buf(r, 14)[`read${kind}`](r.pick([undefined, 0, 1, r.below(16), -1, 1.5, '1']));
    members[`buf.write${kind}`] = (r) => { const to = Buffer.alloc(9); return [to[`write${kind}`](r.pick([r.number(), r.below(100), 1.5]), r.pick([undefined, 0, r.below(9)])), to]; };
}
for (const kind of ['BigInt64LE', 'BigInt64BE', 'BigUInt64LE', 'BigUInt64BE']) {
    members[`buf.read${kind}`] = (r) => buf(r, 20)[`read${kind}`](r.pick([undefined, 0, r.below(16)]));
    members[`buf.write${kind}`] = (r) => { const to = Buffer.alloc(12); return [to[`write${kind}`](r.pick([0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 64n, BigInt(r.next()), 5]), r.pick([undefined, 0, r.below(6)])), to]; };
}
for (const kind of ['IntLE', 'IntBE', 'UIntLE', 'UIntBE']) {
    members[`buf.read${kind}`] = (r) => buf(r, 12)[`read${kind}`](r.below(8), r.pick([1, 2, 3, 4, 5, 6, 7, 0]));
    members[`buf.write${kind}`] = (r) => { const to = Buffer.alloc(8); return [to[`write${kind}`](r.pick([r.number(), r.below(100)]), r.below(4), r.pick([1, 2, 3, 4, 5, 6, 7])), to]; };
}
