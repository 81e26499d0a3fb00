// Small pieces of HTTP that the provider, Nango's API and the recorder share.
import { createHash } from 'node:crypto';
import http from 'node:http';

/** All bytes of a stream. */
export async function bytesOf(stream) {
    const chunks = [];
    for await (const chunk of stream) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

/** A server on a free port of loopback; `handle` gets request and response. */
export async function listen(handle) {
    const server = http.createServer((request, response) => {
        response.sendDate = false;
        handle(request, response).catch((error) => {
            console.error(error);
            response.destroy();
        });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () => {
        server.close();
        server.closeAllConnections();
    };
    return { port: server.address().port, close };
}

/** One request of a provider's host, which in truth is `port` on loopback. Rejects where the answer breaks off. */
export function send(port, url, { method, headers, body }) {
    return new Promise((resolve, reject) => {
        const target = new URL(url);
        const options = { port, host: '127.0.0.1', method, path: target.pathname + target.search, agent: false };
        const request = http.request({ ...options, headers: { ...headers, host: target.host } }, (response) => {
            bytesOf(response).then((bytes) => {
                resolve({ status: response.statusCode, headers: response.headers, body: bytes });
            }, reject);
        });
        request.on('error', reject);
        request.end(body);
    });
}

/** Headers of one connection, and of one moment. */
const OF_THE_MOMENT = ['connection', 'keep-alive', 'transfer-encoding', 'date', 'host', 'content-length'];

/** The headers that belong to the message. */
export function lastingHeaders(headers) {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.includes(name.toLowerCase())));
}

export const sha1 = (value) => createHash('sha1').update(value).digest('hex');

/** The text fields of a multipart body. */
export function multipartFields(body, contentType) {
    const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
    const parts = body
        .toString('utf8')
        .split(`--${boundary[1] ?? boundary[2]}`)
        .slice(1, -1);
    const field = (part) => {
        const [head, ...rest] = part.replace(/^\r\n/, '').split('\r\n\r\n');
        return [/name="([^"]*)"/.exec(head)[1], rest.join('\r\n\r\n').replace(/\r\n$/, '')];
    };
    return Object.fromEntries(parts.map(field));
}
