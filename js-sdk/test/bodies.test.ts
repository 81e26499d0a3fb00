// Bodies that take time to collect, and answers that are streams, through the members of `nango`.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import type { WireRequest } from '../src/ops.ts';
import { core } from './support/core.ts';
import { head, host, kept } from './support/ops.ts';
import { value } from './support/run.ts';

const { Blob, File } = core.loadExtScript('ext:onevent/blob.js') as { Blob: typeof globalThis.Blob; File: typeof globalThis.File };
const { FormData } = core.loadExtScript('ext:onevent/form_data.js') as { FormData: typeof globalThis.FormData };

beforeEach(() => host.reset());

async function sent(data: unknown, headers: Record<string, string> = {}): Promise<{ wire: WireRequest; text: string; type: string | undefined }> {
    host.reset();
    await value((nango) => nango.post({ endpoint: '/x', data, headers }));
    const { wire, bytes } = host.requests[0];
    return { wire, text: Buffer.from(bytes ?? []).toString(), type: wire.headers.find(([name]) => name === 'content-type')?.[1] };
}

test('a Blob is sent with its type, as axios sends it', async () => {
    const png = await sent(new Blob(['abc'], { type: 'image/png' }), { 'content-type': 'text/plain', a: 'b' });
    assert.deepEqual([png.wire.bodyKind, png.text, png.type], ['bytes', 'abc', 'image/png']);
    assert.deepEqual(png.wire.headers, [['a', 'b'], ['content-type', 'image/png']]);
    assert.equal((await sent(new File(['x'], 'f'))).type, 'application/octet-stream');
});

test('a form is sent with its boundary, and the same form is the same body', async () => {
    const form = () => {
        const made = new FormData();
        made.append('title', 'grüß\nline');
        made.append('file', new File(['content'], 'a"b.txt', { type: 'text/plain' }));
        return made;
    };
    const { text, type, wire } = await sent(form(), { 'Content-Type': 'multipart/form-data' });
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type ?? '')?.[1];
    assert.equal(
        text,
        `--${boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\ngrüß\r\nline\r\n` +
            `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a%22b.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--${boundary}--\r\n`,
    );
    assert.equal(wire.headers.length, 1);
    assert.equal((await sent(form())).text, text);
    // Node reads it as it was meant.
    const read = await new Response(text, { headers: { 'content-type': type ?? '' } }).formData();
    assert.equal(read.get('title'), 'grüß\r\nline');
    assert.equal(await (read.get('file') as globalThis.File).text(), 'content');
});

test('a boundary never occurs in what it separates', async () => {
    const first = /boundary=(\S+)$/.exec((await sent(new FormData())).type ?? '')?.[1];
    const form = new FormData();
    form.append('a', `x\r\n--${first}--\r\n`);
    const { type, text } = await sent(form);
    assert.notEqual(/boundary=(\S+)$/.exec(type ?? '')?.[1], first);
    const read = await new Response(text, { headers: { 'content-type': type ?? '' } }).formData();
    assert.deepEqual([...read.keys()], ['a']);
});

test('files among the keys of an object are sent as files', async () => {
    const { text, type, wire } = await sent(
        { a: 1, file: new File(['x'], 'f.txt'), raw: new Uint8Array([104, 105]), none: null },
        { 'content-type': 'multipart/form-data' },
    );
    assert.equal(wire.bodyKind, 'bytes');
    const read = await new Response(text, { headers: { 'content-type': type ?? '' } }).formData();
    assert.equal(read.get('a'), '1');
    assert.equal((read.get('file') as globalThis.File).name, 'f.txt');
    assert.match(text, /name="raw"\r\nContent-Type: application\/octet-stream\r\n\r\nhi\r\n/);
    assert.deepEqual([...read.keys()], ['a', 'file', 'raw']);
});

test('streams are read to their end before the request is made', async () => {
    const web = new ReadableStream({
        start(controller) {
            controller.enqueue(new Uint8Array([97]));
            controller.enqueue(new Uint8Array([98]));
            controller.close();
        },
    });
    const { text, type } = await sent(web, { 'content-type': 'text/csv' });
    assert.deepEqual([text, type], ['ab', 'text/csv']);
    const broken = new ReadableStream({ start: (controller) => controller.enqueue('text') });
    await assert.rejects(sent(broken), /non-Uint8Array chunk/);
    assert.equal(host.requests.length, 0);
});

test('what one request downloads another uploads', async () => {
    host.answer = (wire) => Promise.resolve({ ok: bytesAnswer(wire), error: null });
    await value(async (nango: any) => {
        const file = await nango.get({ endpoint: '/file', responseType: 'stream' });
        await nango.put({ endpoint: '/copy', data: file.data });
    });
    assert.equal(Buffer.from(host.requests[1].bytes ?? []).toString(), 'grüß');
});

function bytesAnswer(wire: WireRequest, status = 200) {
    const bytes = Uint8Array.from(Buffer.from('grüß'));
    const isText = wire.responseType !== 'arraybuffer';
    const text = isText ? Buffer.from(bytes).toString() : null;
    return { ...head(status), text, bytes: isText ? null : kept(bytes) };
}

test('responseType as in axios on Node', async () => {
    host.answer = (wire) => Promise.resolve({ ok: bytesAnswer(wire), error: null });
    await value(async (nango: any) => {
        const get = async (responseType: string) => (await nango.get({ endpoint: '/', responseType })).data;
        assert.equal((await get('arraybuffer')).toString('hex'), '6772c3bcc39f');
        assert.equal(await get('blob'), 'grüß');
        assert.equal(await get('document'), 'grüß');
        const stream = await get('stream');
        let text = '';
        for await (const chunk of stream.setEncoding('utf8')) text += chunk;
        assert.equal(text, 'grüß');
        assert.equal((await nango.get({ endpoint: '/', responseType: 'stream' })).config.responseType, 'stream');
    });
    const kinds = host.requests.map(({ wire }) => wire.responseType);
    assert.deepEqual(kinds, ['arraybuffer', 'text', 'text', 'arraybuffer', 'arraybuffer']);
});

test('an error has a stream too', async () => {
    host.answer = (wire) => Promise.resolve({ ok: bytesAnswer(wire, 404), error: null });
    await value(async (nango: any) => {
        const error = await nango.get({ endpoint: '/', responseType: 'stream' }).catch((caught: unknown) => caught);
        assert.equal(error.response.status, 404);
        assert.equal(Buffer.concat(await error.response.data.toArray()).toString(), 'grüß');
    });
});
