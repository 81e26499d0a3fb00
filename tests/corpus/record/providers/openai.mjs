// An API key in a header that the template writes: streams, multipart, bytes both ways.
import { answer } from '../provider.mjs';

const wav = Buffer.alloc(48);
wav.write('RIFF', 0, 'latin1');
wav.writeUInt16LE(2, 22);
wav.writeUInt32LE(8000, 24);
wav.writeUInt32LE(64000, 40);
const vector = (...values) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
const VECTORS = { cats: vector(1, 0, 0.5), kittens: vector(0.9, 0.1, 0.5), taxes: vector(0, 1, -0.25) };
const chunk = (content, finish = null) =>
    `data: ${JSON.stringify({ choices: [{ delta: content === null ? {} : { content }, finish_reason: finish }] })}\n\n`;

export default {
    baseUrl: 'https://api.openai.com',
    connection: { credentials: { type: 'API_KEY', apiKey: 'sk-corpus' } },
    template: ({ credentials }) => ({ authorization: `Bearer ${credentials.apiKey}` }),
    refused: answer(401, {
        error: { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' },
    }),
    routes: {
        'POST /v1/chat/completions': ({ json }) => {
            const { messages, response_format: format } = json();
            const { label, confidence } = format.json_schema.schema.properties;
            const spam = messages[1].content.includes('win');
            const content =
                messages[1].content === 'odd'
                    ? { label: 'eggs', confidence: 2 }
                    : { label: label.enum[spam ? 0 : 1], confidence: confidence.maximum - 0.1, reasons: [] };
            return { choices: [{ message: { content: JSON.stringify(content) } }], usage: { total_tokens: 42 } };
        },
        'POST /v1/completions': ({ json, headers }) =>
            headers['openai-organization'] === 'org-corpus'
                ? answer(
                      200,
                      `${chunk('Hello')}${chunk(`, ${json().prompt}`)}: comment\n${chunk('!')}${chunk(null, 'stop')}data: [DONE]\n\n`,
                      { 'content-type': 'text/event-stream' },
                  )
                : answer(400, {}),
        'POST /v1/uploads': ({ fields, contentType }) =>
            contentType.startsWith('multipart/form-data; boundary=')
                ? { id: `upload_${fields().bytes}`, fields: Object.keys(fields()).sort() }
                : answer(415, {}),
        'PUT /v1/uploads/:id/content': ({ text, contentType }) =>
            contentType === 'application/x-ndjson'
                ? { lines: text.split('\n').map((line) => JSON.parse(line)).length }
                : answer(415, {}),
        'POST /v1/audio/speech': ({ json }) =>
            json().input
                ? answer(200, wav, { 'content-type': 'audio/wav' })
                : answer(200, Buffer.from('OggS\0\0'), { 'content-type': 'audio/ogg' }),
        'POST /v1/files': ({ body, contentType }) => ({ id: `file-${body.toString('hex')}-${contentType}` }),
        'POST /v1/embeddings': ({ json }) => {
            const { model, input } = json();
            return model === 'busy'
                ? answer(
                      429,
                      { error: { message: 'Rate limit reached' } },
                      { 'retry-after': '20', 'x-ratelimit-remaining-requests': '0' },
                  )
                : { model, data: input.map((text, index) => ({ index, embedding: VECTORS[text] })).reverse() };
        },
        'GET /v1/models': () => ({ object: 'list', data: [{ id: 'tts-1' }, { id: 'gpt-corpus' }] }),
    },
    cases: [
        ['classify-text', '', { input: { text: 'win money' } }],
        ['classify-text', 'odd', { input: { text: 'odd' }, fails: true }],
        ['stream-completion', '', { input: { prompt: 'Wörld' } }],
        [
            'upload-training-file',
            '',
            {
                input: {
                    purpose: 'fine-tune',
                    examples: [
                        { q: '1+1?', a: '2' },
                        { q: 'ß?', a: '“yes”' },
                    ],
                },
            },
        ],
        ['synthesize-speech', '', { input: { text: 'hi', keep: true } }],
        ['synthesize-speech', 'ogg', { input: { text: '', keep: false }, fails: true }],
        [
            'embed-batch',
            '',
            {
                input: { query: 'cats', documents: ['taxes', 'kittens'] },
                variables: [{ name: 'EMBEDDING_MODEL', value: 'large' }],
            },
        ],
        [
            'embed-batch',
            'busy',
            {
                input: { query: 'cats', documents: [] },
                variables: [{ name: 'EMBEDDING_MODEL', value: 'busy' }],
                fails: true,
            },
        ],
        ['check-key', ''],
        ['check-key', 'no-key', { connection: { credentials: { type: 'API_KEY', apiKey: 'pk-corpus' } }, fails: true }],
    ],
};
