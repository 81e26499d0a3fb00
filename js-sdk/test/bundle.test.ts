// dist/sdk.js as the engine reads it; `npm test` builds it first.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import * as zod from 'zod';

const bundle = await readFile(join(import.meta.dirname, '..', 'sdk.js'), 'utf8');

test('the first line lists the exports of both modules and what is bundled', () => {
    const [first] = bundle.split('\n');
    assert.match(first, /^\/\/ onevent-sdk \{/);
    const header = JSON.parse(first.slice('// onevent-sdk '.length)) as Record<string, unknown>;
    assert.deepEqual(header['nango'], ['ActionError', 'createAction', 'createOnEvent', 'createSync']);
    assert.deepEqual([...(header['zod'] as string[])].sort(), Object.keys(zod).sort());
    const packages = (header['licenses'] as { name: string; version: string; license: string }[]).map(
        ({ name, version, license }) => `${name} ${version} ${license}`,
    );
    assert.deepEqual(packages, [
        'base64-js 1.5.1 MIT',
        'buffer 6.0.3 MIT',
        'events 3.3.0 MIT',
        'ieee754 1.2.1 BSD-3-Clause',
        'punycode 1.4.1 MIT',
        'readable-stream 4.7.0 MIT',
        'safe-buffer 5.2.1 MIT',
        'string_decoder 1.3.0 MIT',
        'url 0.11.4 MIT',
        'zod 4.3.6 MIT',
    ]);
});

test('it is 7-bit text, imports only what the engine has, and ends with the notices', () => {
    assert.ok(!/[^\x00-\x7f]/.test(bundle));
    const imports = [...bundle.matchAll(/\bfrom\s*"([^"]+)"/g)].map(([, specifier]) => specifier);
    assert.deepEqual([...new Set(imports)].sort(), ['ext:core/mod.js', 'ext:core/ops']);
    const notices = bundle.slice(bundle.indexOf('/*! zod'));
    assert.match(notices, /zod 4\.3\.6[^]*MIT License[^]*WITHOUT WARRANTY OF ANY KIND/);
});

test('every script is 7-bit text, is a function body, and ends with the notices of the packages in it', async () => {
    const folder = join(import.meta.dirname, '..', 'js', 'lazy');
    const noticesOf = new Map<string, string[]>();
    for (const file of await readdir(folder)) {
        const text = await readFile(join(folder, file), 'utf8');
        assert.match(text, /^"use strict"; return \(/, file);
        assert.ok(!/[^\x00-\x7f]/.test(text), file);
        noticesOf.set(file, [...text.matchAll(/^\/\*! (\S+) [\d.]+$/gm)].map(([, name]) => name));
    }
    assert.deepEqual(noticesOf.get('buffer.js'), ['base64-js', 'buffer', 'ieee754']);
    assert.deepEqual(noticesOf.get('node_streams.js'), ['events', 'readable-stream', 'safe-buffer', 'string_decoder']);
    assert.deepEqual(noticesOf.get('node_url.js'), ['punycode', 'url']);
    assert.deepEqual(noticesOf.get('headers.js'), []);
});

test('zod does not try to compile code', () => {
    assert.match(bundle, /jitless:\s*(?:true|!0)/);
    assert.equal(zod.config().jitless, undefined, 'only the bundle sets it');
});
