// Bodies that are more than text and bytes: blobs, forms and streams, as bytes and the content type that they imply.
// Evaluated at the first request with one.
(function () {
    const { core } = __bootstrap;
    const { TextEncoder } = core.loadExtScript('ext:deno_web/08_text_encoding.js');
    const { join, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const blob = core.loadExtScript('ext:onevent/blob.js');
    const forms = core.loadExtScript('ext:onevent/form_data.js');

    /** Bytes and type of a blob or a form; null of anything else. */
    function whole(value) {
        if (blob.isBlob(value)) return { bytes: blob.bytesOf(value), type: value.type || null };
        return forms.isFormData(value) ? forms.toMultipart(forms.entriesOf(value)) : null;
    }

    /** Whether `value` is a stream: one of the web's, or anything else that gives chunks. */
    const isStream = (value) =>
        typeof value === 'object' && value !== null && (typeof value.getReader === 'function' || typeof value[Symbol.asyncIterator] === 'function');

    function chunkBytes(chunk, textToo) {
        const view = viewOf(chunk);
        if (view !== undefined) return view.slice();
        if (textToo && typeof chunk === 'string') return new TextEncoder().encode(chunk);
        throw new TypeError('Received non-Uint8Array chunk');
    }

    /** All that a stream gives. Text is taken of Node's streams only, as it is there. */
    async function collect(stream) {
        const chunks = [new Uint8Array(0)];
        if (typeof stream.getReader !== 'function') {
            for await (const chunk of stream) chunks.push(chunkBytes(chunk, true));
            return join(chunks);
        }
        const reader = stream.getReader();
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return join(chunks);
            try {
                chunks.push(chunkBytes(value, false));
            } catch (error) {
                await reader.cancel(error);
                throw error;
            }
        }
    }

    /** The `data` of a proxy call: a blob, a form or a stream. */
    async function dataBody(value) {
        const made = whole(value);
        if (made !== null) return { bytes: made.bytes, type: made.type ?? 'application/octet-stream' };
        return { bytes: await collect(value), type: null };
    }

    /** The keys of an object as the fields of a form, where some hold files. */
    function fieldsBody(pairs) {
        const entries = pairs.map(([name, value]) => {
            const view = blob.isBlob(value) ? undefined : viewOf(value);
            return [name, view === undefined ? value : blob.wrap(view.slice(), 'application/octet-stream')];
        });
        return forms.toMultipart(entries);
    }

    return { collect, dataBody, fieldsBody, isStream, whole };
})();
