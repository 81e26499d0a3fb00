// node download.mjs URL FILE: for machines without curl.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [url, file] = process.argv.slice(-2);
try {
    const response = await fetch(url);
    if (!response.ok) {
        throw new Error(`the server answered ${response.status} ${response.statusText}`);
    }
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
} catch (error) {
    console.error(`${url}: ${error.message}${error.cause ? ` (${error.cause.code ?? error.cause.message})` : ''}`);
    process.exitCode = 1;
}
