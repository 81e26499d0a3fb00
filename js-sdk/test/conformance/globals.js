const NAMES = ['a', 'A', 'content-type', 'X-Y', 'set-cookie', 'Set-Cookie', 'b c', '', 'x:y', 'accept'];
const VALUES = ['1', ' 2 ', 'a, b', '', '\u00e9', '\u65e5', 'x\ny', 'text/html', '\t'];
const init = (r) => r.pick([r.times(4, () => [r.pick(NAMES), r.pick(VALUES)]), Object.fromEntries(r.times(3, () => [r.pick(NAMES), r.pick(VALUES)])), undefined, null, [['a']], 'x', 5]);
const body = (r) => r.pick([r.text(), new Uint8Array(r.bytes()), new Uint8Array(r.bytes()).buffer, new URLSearchParams({ a: r.text(4) }), null, undefined, 5, JSON.stringify({ a: r.number() })]);
const status = (r) => r.pick([200, 201, 204, 304, 404, 500, 599, 600, 199, 100, undefined, '201']);
const response = (r) => new Response(body(r), r.pick([undefined, { status: r.pick([200, 404, 500]), statusText: r.pick(['OK', '', 'x']) }, { headers: { 'x-a': '1' } }]));
const read = (r, owner) => owner[r.pick(['text', 'json', 'arrayBuffer'])]();
const cloneable = (r, depth = 0) => r.pick([() => r.number(), () => r.text(), () => null, () => undefined, () => new Date(r.below(99)), () => new Map([[r.text(2), 1]]), () => new Set(r.bytes(4)), () => /a/gi, () => 5n, () => new Uint8Array(r.bytes(5)), () => (depth > 2 ? 1 : { a: cloneable(r, depth + 1), b: [cloneable(r, depth + 1)] }), () => () => 1, () => Symbol.iterator, () => new RangeError('x')])();
const flat = (value) => (value instanceof Map || value instanceof Set ? [...value] : value instanceof Date ? value.getTime() : value instanceof RegExp ? `${value}` : value instanceof Error ? [value.name, value.message] : value);
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
