const bytes = (r, most = 40) => new Uint8Array(r.bytes(most));
const part = (r) => r.pick([r.text(), r.text(), bytes(r), bytes(r).buffer, new DataView(new ArrayBuffer(2)), new Blob([r.text(3)]), 5, null]);
const parts = (r) => r.times(4, () => part(r));
const type = (r) => r.pick(['text/plain', 'Text/HTML;charset=UTF-8', '', 'é', undefined, 'image/png']);
const some = (r) => new Blob(parts(r), { type: type(r) });
const place = (r) => r.pick([undefined, 0, 1, 5, -1, -3, 100]);
const shownBlob = async (blob) => [blob.size, blob.type, new Uint8Array(await blob.arrayBuffer()), blob.name, `${blob}`];
const NAMES = ['a', 'b', 'c"d', 'e\r\nf', 'ü', 'g\n'];
const formValue = (r) => r.pick([() => r.text(8), () => r.text(8), () => 5, () => null, () => new Blob([r.text()], { type: type(r) ?? '' }), () => new File([bytes(r)], r.pick(['f.txt', 'ü"x.png', 'a\nb']), { type: type(r) ?? '', lastModified: 7 })])();
const form = (r) => { const f = new FormData(); for (let n = r.below(5); n > 0; n--) f.append(r.pick(NAMES), formValue(r)); return f; };
const shownForm = async (f) => { const out = []; for (const [name, value] of f) out.push([name, typeof value === 'string' ? value : await shownBlob(value)]); return out; };
/** A body as text, whatever its boundary is. */
const withoutBoundary = async (response) => { const header = response.headers.get('content-type'); const [, boundary] = /boundary=(.*)$/.exec(header) ?? [null, '']; return [header.replace(boundary, 'B'), (await response.text()).replaceAll(boundary || '\0', 'B')]; };
const multipart = (r) => { const b = r.pick(['x', '----b1', 'B']); const fields = r.times(3, () => `--${b}\r\nContent-Disposition: form-data; name="${r.pick(['a', 'b', 'q%22'])}"${r.pick(['', '', '; filename="f%0Ag"'])}\r\n${r.pick(['', 'Content-Type: text/css\r\n'])}\r\n${r.pick(['', 'v', 'line\r\nline', '--', 'ü'])}\r\n`); return [`${fields.join('')}--${b}--\r\n`, `multipart/form-data; boundary=${r.pick([b, b, b, `"${b}"`, 'other'])}`]; };
const chunks = (r) => r.times(5, () => r.pick([r.text(), r.below(99), bytes(r)]));
const streamOf = (list) => new ReadableStream({ start(c) { for (const one of list) c.enqueue(one); c.close(); } });
const all = async (stream) => { const out = []; for await (const chunk of stream) out.push(chunk); return out; };
const byteStream = (r) => streamOf(r.times(4, () => bytes(r)));
const shownResponse = async (response, how) => { const value = await response[how](); return [value instanceof Blob ? await shownBlob(value) : value, response.bodyUsed]; };
const members = {
    'new Blob': async (r) => shownBlob(new Blob(...r.pick([[], [parts(r)], [parts(r)], [parts(r), { type: type(r) }], [parts(r), { type: type(r), endings: r.pick(['native', 'transparent']) }], [r.pick([null, 5, 'text', {}, new Set(['a'])])], [[], r.pick([null, 5, 'x'])]]))),
    'Blob.slice': async (r) => shownBlob(some(r).slice(place(r), place(r), type(r))),
    'Blob.text': async (r) => [await some(r).text(), (await new Blob([bytes(r)]).text()).length],
    'Blob.stream': async (r) => { const out = await all(some(r).stream()); return Buffer.concat(out); },
    'new File': async (r) => { const f = new File(...r.pick([[parts(r), r.pick(['a.txt', 5, 'ü\ud800'])], [parts(r), 'n', { type: type(r), lastModified: r.pick([0, 5, -1, 1.5, '7']) }], [parts(r)], []])); return [await shownBlob(f), f.lastModified > 1e12 || f.lastModified, f instanceof Blob]; },
    'FormData methods': async (r) => { const f = form(r); const k = r.pick(NAMES); const before = [f.has(k), f.getAll(k).length, f.get(k) === null]; f.set(k, formValue(r)); f.delete(r.pick(NAMES)); const seen = []; f.forEach((_, name) => seen.push(name)); return [before, seen, [...f.keys()], [...f.values()].length, await shownForm(f), `${f}`]; },
    'FormData errors': (r) => { const f = new FormData(); return r.pick([() => f.append('a'), () => f.append('a', 'b', 'c'), () => f.set('a'), () => f.get(), () => f.has(), () => new FormData(r.pick([1, {}, null])), () => f.forEach(1), () => f.append('a', new Blob([]), 'n') ?? f.get('a').name])(); },
    'new Response(FormData)': async (r) => withoutBoundary(new Response(form(r))),
    'Response.formData': async (r) => shownForm(await new Response(form(r)).formData()),
    'Response.formData(text)': async (r) => { const [body, header] = multipart(r); return shownForm(await new Response(body, { headers: { 'content-type': r.pick([header, header, header, 'text/plain']) } }).formData()); },
    'Response.formData(urlencoded)': async (r) => shownForm(await new Response(new URLSearchParams(r.times(4, () => [r.text(3).toWellFormed?.() ?? 'x', 'v']))).formData()),
    'new Response(Blob)': async (r) => { const b = new Response(some(r)); return [b.headers.get('content-type'), await b.text()]; },
    'Response.blob': async (r) => shownResponse(new Response(r.pick([r.text(), bytes(r), null, some(r)]), { headers: r.pick([{}, { 'content-type': r.pick(['text/html', 'Text/HTML; charset=utf-8', 'nope']) }]) }), 'blob'),
    'Response.body': async (r) => { const response = new Response(r.pick([r.text(), bytes(r), null, some(r)])); const { body } = response; if (body === null) return [null, response.bodyUsed]; const out = Buffer.concat((await all(body)).map((one) => Buffer.from(one))); return [out, response.bodyUsed, await response.text().catch((error) => error)]; },
    'new Response(stream)': async (r) => shownResponse(new Response(byteStream(r)), r.pick(['text', 'arrayBuffer', 'blob'])),
    'new Response(stream of no bytes)': async (r) => shownResponse(new Response(streamOf(r.pick([[], ['text'], [5], [new Uint8Array(2)]]))), 'text'),
    'Response of a used stream': async (r) => { const s = byteStream(r); r.pick([() => s.getReader(), () => s.cancel(), () => 0])(); return new Response(s).text(); },
    'Response.clone(stream)': async (r) => { const a = new Response(byteStream(r)); const b = a.clone(); return [await a.text() === await b.text(), a.bodyUsed, b.bodyUsed]; },
    'new Request(stream)': async (r) => { const q = new Request('https://h/', { method: 'POST', body: byteStream(r), ...r.pick([{ duplex: 'half' }, { duplex: 'half' }, {}]) }); return [q.headers.get('content-type'), (await q.arrayBuffer()).byteLength >= 0, q.bodyUsed]; },
    'new ReadableStream': async (r) => { const list = chunks(r); let at = 0; return all(new ReadableStream({ pull(c) { if (at < list.length) c.enqueue(list[at++]); else c.close(); } }, r.pick([undefined, { highWaterMark: 0 }, new CountQueuingStrategy({ highWaterMark: 2 })]))); },
    'ReadableStream.from': async (r) => { const list = chunks(r); return all(ReadableStream.from(r.pick([list, list.values(), (async function* () { yield* list; })()]))); },
    'ReadableStream.tee': async (r) => { const [a, b] = streamOf(chunks(r)).tee(); return [await all(a), await all(b)]; },
    'ReadableStream errors': async (r) => { const s = streamOf(chunks(r)); return r.pick([() => { s.getReader(); return s.getReader(); }, () => s.cancel('x'), () => { const t = new ReadableStream({ start(c) { c.error(new RangeError('x')); } }); return all(t); }, () => s.getReader({ mode: 'byob' }), () => s.pipeTo(5)])(); },
    'ReadableStream.getReader': async (r) => { const reader = streamOf(chunks(r)).getReader(); const out = []; for (let n = r.below(4); n > 0; n--) { const { done, value } = await reader.read(); out.push(done, value); } reader.releaseLock(); return out; },
    'WritableStream': async (r) => { const seen = []; const w = new WritableStream({ write(chunk) { seen.push(chunk); }, close() { seen.push('closed'); }, abort(reason) { seen.push(reason); } }); const writer = w.getWriter(); for (const one of chunks(r)) await writer.write(one); await r.pick([() => writer.close(), () => writer.abort('gone')])(); return seen; },
    'TransformStream': async (r) => all(streamOf(r.times(5, () => r.below(99))).pipeThrough(new TransformStream({ transform(n, c) { if (n % 2) c.enqueue(n * 2); }, flush(c) { c.enqueue('end'); } }))),
    'TextDecoderStream': async (r) => all(streamOf(r.times(4, () => bytes(r, 6))).pipeThrough(new TextDecoderStream(r.pick(['utf-8', 'utf-8', 'utf-16le'])))).then((list) => list.join('')),
    'TextEncoderStream': async (r) => Buffer.concat(await all(streamOf(r.times(4, () => r.text(5))).pipeThrough(new TextEncoderStream()))),
    'CountQueuingStrategy': (r) => { const n = r.below(9); const [c, b] = [new CountQueuingStrategy({ highWaterMark: n }), new ByteLengthQueuingStrategy({ highWaterMark: n })]; return [c.highWaterMark, c.size({}), b.highWaterMark, b.size(bytes(r))]; },
    'buffer.Blob': () => [bufferModule.Blob === Blob, bufferModule.File === File],
};
