// `responseType: 'stream'`: each program behaves with our stream as with Node's own over the same bytes.
import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';

import { core } from './support/core.ts';

const { readable } = core.loadExtScript('ext:onevent/response_stream.js') as { readable(bytes: Uint8Array): Readable };

/** A length that no chunk divides, and characters that a chunk may cut. */
const LARGE = Buffer.from('grüß\u{1F600} '.repeat(20_000));

function nodes(bytes: Buffer): Readable {
    let at = 0;
    return new Readable({
        read() {
            this.push(at < bytes.length ? bytes.subarray(at, (at += 10_007)) : null);
        },
    });
}

async function both<T>(program: (stream: Readable, bytes: Buffer) => Promise<T>): Promise<void> {
    for (const bytes of [LARGE, Buffer.from('small'), Buffer.alloc(0)]) {
        const ours = await program(readable(Uint8Array.from(bytes)), bytes);
        assert.deepEqual(ours, await program(nodes(bytes), bytes));
    }
}

const ended = (stream: Readable) => new Promise<void>((done) => stream.on('end', done));
const closed = (stream: Readable) => new Promise<void>((done) => stream.on('close', done));

test('for await gives all bytes as Buffers', () =>
    both(async (stream) => {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) {
            assert(Buffer.isBuffer(chunk));
            chunks.push(chunk);
        }
        return [Buffer.concat(chunks).toString('base64'), stream.destroyed];
    }));

test('a loop that is left ends the stream', () =>
    both(async (stream) => {
        let count = 0;
        for await (const _ of stream) {
            count += 1;
            break;
        }
        return [count, stream.destroyed, stream.readable];
    }));

test('data, end and close come in this order, and only once somebody listens', () =>
    both(async (stream) => {
        const events: string[] = [];
        stream.once('end', () => events.push('end')).once('close', () => events.push('close'));
        await new Promise((done) => setTimeout(done, 5));
        assert.deepEqual(events, []);
        let length = 0;
        stream.on('data', (chunk: Buffer) => (length += chunk.length));
        await closed(stream);
        return [events, length, stream.readableEnded, stream.destroyed];
    }));

test('setEncoding gives texts that no chunk cuts', async () => {
    for (const encoding of ['utf8', 'base64', 'hex', 'latin1', 'utf16le'] as const) {
        await both(async (stream) => {
            let text = '';
            stream.setEncoding(encoding);
            stream.on('data', (chunk: string) => (text += chunk));
            await ended(stream);
            return [text, stream.readableEncoding];
        });
    }
});

test('pause, resume and read', () =>
    both(async (stream) => {
        let length = 0;
        stream.on('data', (chunk: Buffer) => {
            length += chunk.length;
            stream.pause();
            assert(stream.isPaused());
            setTimeout(() => stream.resume(), 0);
        });
        await ended(stream);
        return length;
    }));

test('readable and read, as in the manual', () =>
    both(async (stream) => {
        const chunks: Buffer[] = [];
        stream.on('readable', () => {
            for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) chunks.push(chunk);
        });
        await ended(stream);
        return Buffer.concat(chunks).toString('base64');
    }));

test('pipe writes to anything that can be written to, and waits for it', () =>
    both(async (stream) => {
        const chunks: Buffer[] = [];
        const slow = new Writable({
            highWaterMark: 10,
            write(chunk: Buffer, _encoding, done) {
                chunks.push(chunk);
                setTimeout(done, 0);
            },
        });
        assert.equal(stream.pipe(slow), slow);
        await new Promise((done) => slow.on('finish', done));
        return Buffer.concat(chunks).toString('base64');
    }));

test("Node's own pipeline takes it", () =>
    both(async (stream) => {
        let length = 0;
        await pipeline(stream, async (source: AsyncIterable<Buffer>) => {
            for await (const chunk of source) length += chunk.length;
        });
        return length;
    }));

test('toArray', () => both(async (stream) => Buffer.concat((await stream.toArray()) as Buffer[]).toString('hex')));

test('destroy with an error emits it, then close; data stops', () =>
    both(async (stream) => {
        const events: string[] = [];
        stream.on('data', () => events.push('data')).on('end', () => events.push('end'));
        stream.on('error', (error) => events.push(`error ${error.message}`));
        stream.destroy(new Error('enough'));
        await closed(stream);
        const again = await stream.toArray().catch((error: Error) => error.message);
        return [events, stream.destroyed, stream.errored?.message, typeof again];
    }));

test('listeners can be taken off and counted', () =>
    both(async (stream) => {
        const seen: string[] = [];
        const listener = () => seen.push('x');
        stream.on('end', listener).off('end', listener).addListener('close', listener).removeAllListeners('close');
        const counts = [stream.listenerCount('end'), stream.listenerCount('data')];
        stream.resume();
        await closed(stream);
        return [seen, counts];
    }));
