// dist/sdk.js as the engine reads it; `npm test` builds it first.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import * as zod from 'zod';

import { evaluateScript } from './support/core.ts';

const bundle = await readFile(join(import.meta.dirname, '..', 'sdk.js'), 'utf8');

test('the first line lists the exports of `nango` and what is bundled', () => {
    const [first] = bundle.split('\n');
    assert.match(first, /^\/\/ onevent-sdk \{/);
    const header = JSON.parse(first.slice('// onevent-sdk '.length)) as Record<string, unknown>;
    assert.deepEqual(header['nango'], ['ActionError', 'createAction', 'createOnEvent', 'createSync']);
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

test('it is 7-bit text and imports only what the engine has', () => {
    assert.ok(!/[^\x00-\x7f]/.test(bundle));
    const imports = [...bundle.matchAll(/\bfrom\s*"([^"]+)"/g)].map(([, specifier]) => specifier);
    assert.deepEqual([...new Set(imports)].sort(), ['ext:core/mod.js', 'ext:core/ops']);
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
    assert.deepEqual(noticesOf.get('zod.js'), ['zod']);
    assert.deepEqual(noticesOf.get('zod_locales.js'), ['zod']);
    assert.deepEqual(noticesOf.get('headers.js'), []);
});

test('the script of zod is all of zod, does not try to compile code, and has its notice', async () => {
    const text = await readFile(join(import.meta.dirname, '..', 'js', 'lazy', 'zod.js'), 'utf8');
    assert.match(text, /\/\*! zod 4\.3\.6[^]*MIT License[^]*WITHOUT WARRANTY OF ANY KIND/);
    const bundled = evaluateScript('ext:onevent/zod.js') as typeof zod;
    assert.deepEqual(Object.keys(bundled).sort(), Object.keys(zod).sort());
    assert.deepEqual(Object.keys(bundled.z).sort(), Object.keys(zod.z).sort());
    assert.equal(bundled.default, bundled.z);
    assert.equal(bundled.config().jitless, true);
    assert.equal(zod.config().jitless, undefined, 'only the script sets it');
});

test('every language of zod is there, and loaded when it is asked for', () => {
    const bundled = evaluateScript('ext:onevent/zod.js') as typeof zod;
    assert.deepEqual(Object.keys(bundled.locales).sort(), Object.keys(zod.locales).sort());
    assert.deepEqual(Object.keys(bundled.core.locales).sort(), Object.keys(zod.core.locales).sort());
    const issue = { code: 'too_small', minimum: 3, origin: 'string', inclusive: true, input: 'a' } as never;
    for (const [name, locale] of Object.entries(zod.locales)) {
        const own = bundled.locales[name as keyof typeof zod.locales];
        assert.deepEqual(own().localeError(issue), locale().localeError(issue), name);
    }
});
