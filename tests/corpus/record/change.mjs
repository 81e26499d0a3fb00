// A change of one answer, on its way to the function.

/** `answer` has `status`, `headers` and `body` (bytes); `part` says which of it gets another `value`. */
export function changed(answer, { part, keys, value }) {
    switch (part) {
        case 'status':
            return { ...answer, status: value };
        case 'header':
            return { ...answer, headers: { ...answer.headers, [keys[0]]: value } };
        case 'text':
            return { ...answer, body: Buffer.from(value) };
        case 'byte': {
            const body = Buffer.from(answer.body);
            body[keys[0]] = value;
            return { ...answer, body };
        }
        case 'value': {
            const document = JSON.parse(answer.body.toString('utf8'));
            const parent = keys.slice(0, -1).reduce((inner, key) => inner[key], document);
            parent[keys.at(-1)] = value;
            return { ...answer, body: Buffer.from(JSON.stringify(document)) };
        }
        default:
            throw new Error(`no such part of an answer: ${part}`);
    }
}
