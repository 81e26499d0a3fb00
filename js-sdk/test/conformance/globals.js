const NAMES = ['a', 'A', 'content-type', 'X-Y', 'set-cookie', 'Set-Cookie', 'b c', '', 'x:y', 'accept'];
const VALUES = ['1', ' 2 ', 'a, b', '', '\u00e9', '\u65e5', 'x\ny', 'text/html', '\t'];
const init = (r) => r.pick([r.times(4, () => [r.pick(NAMES), r.pick(VALUES)]), Object.fromEntries(r.times(3, () => [r.pick(NAMES), r.pick(VALUES)])), undefined, null, [['a']], 'x', 5]);
const body = (r) => r.pick([r.text(), new Uint8Array(r.bytes()), new Uint8Array(r.bytes()).buffer, new URLSearchParams({ a: r.text(4) }), null, undefined, 5, JSON.stringify({ a: r.number() })]);
const status = (r) => r.pick([200, 201, 204, 304, 404, 500, 599, 600, 199, 100, undefined, '201']);
const response = (r) => new Response(body(r), r.pick([undefined, { status: r.pick([200, 404, 500]), statusText: r.pick(['OK', '', 'x']) }, { headers: { 'x-a': '1' } }]));
const read = (r, owner) => owner[r.pick(['text', 'json', 'arrayBuffer'])]();
const cloneable = (r, depth = 0) => r.pick([() => r.number(), () => r.text(), () => null, () => undefined, () => new Date(r.below(99)), () => new Map([[r.text(2), 1]]), () => new Set(r.bytes(4)), () => /a/gi, () => 5n, () => new Uint8Array(r.bytes(5)), () => (depth > 2 ? 1 : { a: cloneable(r, depth + 1), b: [cloneable(r, depth + 1)] }), () => () => 1, () => Symbol.iterator, () => new RangeError('x')])();
const flat = (value) => (value instanceof Map || value instanceof Set ? [...value] : value instanceof Date ? value.getTime() : value instanceof RegExp ? `${value}` : value instanceof Error ? [value.name, value.message] : value);
const LABELS = `
866 ansi_x3.4-1968 arabic ascii asmo-708 big5 big5-hkscs chinese cn-big5 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255
cp1256 cp1257 cp1258 cp819 cp866 csbig5 cseuckr cseucpkdfmtjapanese csgb2312 csibm866 csiso2022jp csiso2022kr
csiso58gb231280 csiso88596e csiso88596i csiso88598e csiso88598i csisolatin1 csisolatin2 csisolatin3 csisolatin4
csisolatin5 csisolatin6 csisolatin9 csisolatinarabic csisolatincyrillic csisolatingreek csisolatinhebrew cskoi8r
csksc56011987 csmacintosh csshiftjis csunicode cyrillic dos-874 ecma-114 ecma-118 elot_928 euc-jp euc-kr gb18030 gb2312
gb_2312 gb_2312-80 gbk greek greek8 hebrew hz-gb-2312 ibm819 ibm866 iso-10646-ucs-2 iso-2022-cn iso-2022-cn-ext
iso-2022-jp iso-2022-kr iso-8859-1 iso-8859-10 iso-8859-11 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 iso-8859-2
iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-6-e iso-8859-6-i iso-8859-7 iso-8859-8 iso-8859-8-e iso-8859-8-i
iso-8859-9 iso-ir-100 iso-ir-101 iso-ir-109 iso-ir-110 iso-ir-126 iso-ir-127 iso-ir-138 iso-ir-144 iso-ir-148 iso-ir-149
iso-ir-157 iso-ir-58 iso8859-1 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-2 iso8859-3 iso8859-4
iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso88591 iso885910 iso885911 iso885913 iso885914 iso885915 iso88592
iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 iso_8859-1 iso_8859-15 iso_8859-1:1987 iso_8859-2
iso_8859-2:1987 iso_8859-3 iso_8859-3:1988 iso_8859-4 iso_8859-4:1988 iso_8859-5 iso_8859-5:1988 iso_8859-6
iso_8859-6:1987 iso_8859-7 iso_8859-7:1987 iso_8859-8 iso_8859-8:1988 iso_8859-9 iso_8859-9:1989 koi koi8 koi8-r koi8-ru
koi8-u koi8_r korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 l1 l2 l3 l4 l5 l6 l9 latin1 latin2 latin3 latin4
latin5 latin6 logical mac macintosh ms932 ms_kanji replacement shift-jis shift_jis sjis sun_eu_greek tis-620 ucs-2
unicode unicode-1-1-utf-8 unicode11utf8 unicode20utf8 unicodefeff unicodefffe us-ascii utf-16 utf-16be utf-16le utf-8
utf8 visual windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257
windows-1258 windows-31j windows-874 windows-949 x-cp1250 x-cp1251 x-cp1252 x-cp1253 x-cp1254 x-cp1255 x-cp1256 x-cp1257
x-cp1258 x-euc-jp x-gbk x-mac-cyrillic x-mac-roman x-mac-ukrainian x-sjis x-unicode20utf8 x-user-defined x-x-big5`.trim().split(/\s/);
/** Encodings, and the bytes of their common characters: first and second ones, from and to. */
const WIDE = { shift_jis: [[0x88, 0x9f], [0xa0, 0xfc]], 'euc-jp': [[0xb0, 0xcf], [0xa1, 0xd3]], gbk: [[0xb0, 0xd6], [0xa1, 0xfe]], gb18030: [[0xb0, 0xd6], [0xa1, 0xfe]], big5: [[0xa4, 0xc5], [0x40, 0x7e]], 'euc-kr': [[0xb0, 0xc8], [0xa1, 0xfe]], 'utf-16be': [[0x4e, 0x9e], [0, 0xff]], 'utf-16le': [[0, 0xff], [0x4e, 0x9e]] };
const NARROW = ['ibm866', 'iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8', 'iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'koi8-r', 'koi8-u', 'macintosh', 'windows-874', 'windows-1250', 'windows-1251', 'windows-1253', 'windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'x-mac-cyrillic'];
const between = (r, [from, to]) => from + r.below(to - from + 1);
const wide = (r, name) => new Uint8Array(r.times(20, () => WIDE[name].map((range) => between(r, range))).flat());
/** In pieces, cut anywhere. */
const inPieces = (r, decoder, bytes) => { let text = ''; let at = 0; while (at < bytes.length) { const end = at + 1 + r.below(5); text += decoder.decode(bytes.subarray(at, end), { stream: true }); at = end; } return text + decoder.decode(); };
const withMessage = (call) => { try { return call(); } catch (error) { return [error, error.message]; } };
const members = {
    'new Headers': (r) => [...new Headers(init(r))],
    'Headers methods': (r) => { const h = new Headers([['a', '1'], ['Set-Cookie', 'x'], ['b', '2']]); const n = () => r.pick(NAMES.slice(0, 6)); h.append(n(), r.pick(VALUES.slice(0, 5))); h.set(n(), 'z'); h.delete(n()); const seen = []; h.forEach((v, k) => seen.push([k, v])); return [h.get(n()), h.has(n()), h.getSetCookie(), seen, [...h.keys()], [...h.values()], [...h.entries()]]; },
    'Headers errors': (r) => { const h = new Headers(); h[r.pick(['get', 'has', 'delete', 'set', 'append'])](r.pick(NAMES), r.pick(VALUES)); return [...h]; },
    'new Response': async (r) => { const x = new Response(body(r), { status: status(r), statusText: r.pick(['', 'OK', 'a b', 'x\n']), headers: init(r) ?? undefined }); return [x.status, x.ok, x.statusText, [...x.headers], x.type, x.url, x.redirected, x.bodyUsed, await x.text(), x.bodyUsed]; },
    'Response bodies': async (r) => { const x = response(r); const first = await read(r, x); return [first, r.below(2) ? await x.text() : 0]; },
    'Response.json': async (r) => { const x = Response.json(r.pick([{ a: r.text() }, r.number(), null, undefined, [1]]), r.pick([undefined, { status: 201 }, { headers: { 'content-type': 'x/y' } }])); return [x.status, [...x.headers], await x.json()]; },
    'Response.error': () => { const x = Response.error(); return [x.type, x.status, x.ok]; },
    'Response.redirect': (r) => { const x = Response.redirect(r.pick(['https://h/a', 'https://h', 'nope']), r.pick([301, 302, 307, 200, undefined])); return [x.status, x.headers.get('location')]; },
    'Response.clone': async (r) => { const x = response(r); const c = x.clone(); return [await x.text(), await c.text(), c.status, [...c.headers]]; },
    'new Request': async (r) => { const x = new Request(r.pick(['https://h/a?b#c', 'nope', new URL('https://h/'), 'https://u:p@h/']), r.pick([undefined, { method: r.pick(['get', 'POST', 'post', 'patch', 'PUT', 'x y', 'TRACE', 'head', 'Custom']), body: r.pick([undefined, body(r)]), headers: r.pick([undefined, { a: '1' }, { 'Content-Type': 'q/r' }]) }])); return [x.method, x.url, [...x.headers], x.redirect, x.signal.aborted, await x.text()]; },
    'Request.clone': async (r) => { const x = new Request('https://h/', { method: 'POST', body: r.text() }); const y = r.below(2) ? x.clone() : new Request(x); return [y.method, y.url, [...y.headers], await y.text()]; },
    'TextEncoder.encode': (r) => new TextEncoder().encode(r.pick([r.text(), undefined, 5])),
    'TextEncoder.encodeInto': (r) => { const to = new Uint8Array(r.below(12)); return [new TextEncoder().encodeInto(r.text(6), to), to]; },
    'TextDecoder.decode': (r) => new TextDecoder(r.pick(['utf-8', 'utf-16le', 'latin1', 'nope', 'ascii', undefined]), { fatal: r.below(2) === 1, ignoreBOM: r.below(2) === 1 }).decode(new Uint8Array(r.pick([r.bytes(), [...new TextEncoder().encode(r.text())]]))),
    'TextDecoder labels': () => LABELS.map((label) => { try { return new TextDecoder(label).encoding; } catch (error) { return [error, error.message]; } }),
    'new TextDecoder': (r) => withMessage(() => new TextDecoder(r.pick(['nope', ' UTF-8\n', '', null, undefined, 5, 'x-user-defined', 'iso-8859-16', 'Shift_JIS', 'utf-7', { toString: () => 'koi8-r' }])).encoding),
    'TextDecoder of many bytes': (r) => { const name = r.pick(Object.keys(WIDE)); const bytes = wide(r, name); const d = new TextDecoder(name, { fatal: r.below(2) === 1 }); return [name, d.encoding, r.below(2) ? d.decode(bytes) : inPieces(r, d, bytes)]; },
    'TextDecoder of iso-2022-jp': (r) => { const kana = r.times(9, () => [r.pick([0x24, 0x25]), 0x21 + r.below(0x52)]).flat(); const bytes = new Uint8Array([...r.bytes(3).map((b) => 97 + (b % 26)), 0x1b, 0x24, 0x42, ...kana, 0x1b, 0x28, 0x42, 0x21]); const d = new TextDecoder('iso-2022-jp'); return r.below(2) ? d.decode(bytes) : inPieces(r, d, bytes); },
    'TextDecoder of single bytes': (r) => { const name = r.pick(NARROW); return [name, new TextDecoder(name).decode(new Uint8Array(r.bytes().map((b) => b & 0x7f || 65))), new TextDecoder(name).decode(new Uint8Array([0xe1, 0xe2, 0xe4, 0xe5, 0xe6]))]; },
    'TextDecoder that is fatal': (r) => withMessage(() => { const name = r.pick(['utf-8', 'utf-8', 'utf-16le', 'shift_jis', 'gb18030']); return new TextDecoder(name, { fatal: true, ignoreBOM: r.below(2) === 1 }).decode(new Uint8Array(r.pick([[0xff], [65, 0xff, 65], [0x93], [0xef, 0xbb, 0xbf, 65], [65, 66], [0xe2, 0x82, 0xac]]))); }),
    'TextDecoder of what is no text': (r) => withMessage(() => new TextDecoder(r.pick([...Object.keys(WIDE), ...NARROW]), { fatal: r.below(2) === 1 }).decode(new Uint8Array(r.bytes(9)))),
    'TextDecoder in pieces': (r) => withMessage(() => { const d = new TextDecoder(r.pick(['utf-8', 'utf-16le', 'utf-16be']), { fatal: r.below(2) === 1, ignoreBOM: r.below(2) === 1 }); return inPieces(r, d, r.pick([new TextEncoder().encode(`\ufeff${r.text()}`), new Uint8Array(r.bytes())])); }),
    'TextDecoder of no bytes': (r) => withMessage(() => r.pick([() => new TextDecoder().decode(r.pick([undefined, new ArrayBuffer(2), new DataView(new ArrayBuffer(1)), new Uint16Array([65])])), () => new TextDecoder().decode(r.pick(['x', 5, {}])), () => TextDecoder.prototype.decode.call({}, new Uint8Array(1)), () => new TextDecoder('utf-8', 5)])()).slice?.(0, 1),
    'structuredClone': (r) => flat(structuredClone(cloneable(r))),
    'AbortController': (r) => { const c = new AbortController(); let n = 0; c.signal.addEventListener('abort', () => n++); c.abort(r.pick([undefined, 'why', 5])); c.abort(); let e; try { c.signal.throwIfAborted(); } catch (x) { e = x; } return [c.signal.aborted, n, e?.name ?? e]; },
    'AbortSignal.timeout': async (r) => { const s = AbortSignal.timeout(r.below(2)); await new Promise((done) => { if (s.aborted) done(); else s.addEventListener('abort', done); }); return s.reason.name; },
    'AbortSignal.any': (r) => { const c = new AbortController(); const s = AbortSignal.any([c.signal, AbortSignal.abort(r.pick(['x', 5])), new AbortController().signal]); return [s.aborted, s.reason]; },
    'EventTarget': (r) => { const t = new EventTarget(); const seen = []; const on = (e) => seen.push(e.type); t.addEventListener('a', on, { once: r.below(2) === 1 }); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event(r.pick(['a', 'b']))); t.removeEventListener('a', on); t.dispatchEvent(new Event('a')); return seen; },
    'setTimeout': (r) => new Promise((done) => setTimeout((...values) => done(values), r.pick([0, 1, -5, undefined, 'x', NaN]), r.below(5), 'v')),
    'clearTimeout': (r) => new Promise((done) => { const seen = []; const t = setTimeout(() => seen.push('late'), 0); if (r.below(2)) clearTimeout(t); clearTimeout(undefined); setTimeout(() => done(seen), 2); }),
    'setInterval': (r) => new Promise((done) => { let n = 0; const most = 1 + r.below(3); const t = setInterval(() => { n += 1; if (n === most) { clearInterval(t); done(n); } }, 0); }),
    'setImmediate': (r) => new Promise((done) => { const seen = []; const t = setImmediate(() => seen.push('x')); if (r.below(2)) clearImmediate(t); setImmediate((v) => done([seen, v]), r.below(9)); queueMicrotask(() => seen.push('micro')); }),
    'performance.now': () => { const before = performance.now(); return [typeof before, performance.now() >= before, performance.timeOrigin > 1e12]; },
    'performance.mark': (r) => { const name = r.pick(['a', 'b']); const m = performance.mark(name, { startTime: r.below(99) }); return [m.name, m.entryType, m.startTime, m.duration]; },
    'Intl.DateTimeFormat': (r) => new Intl.DateTimeFormat(r.pick(['en-US', 'de-DE', 'fr', 'en-GB']), { timeZone: r.pick(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']), year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(r.next() * 400)),
    'Intl.NumberFormat': (r) => new Intl.NumberFormat(r.pick(['en-US', 'de-DE', 'fr-FR', 'hi-IN']), { maximumFractionDigits: 3 }).format(r.number()),
};
