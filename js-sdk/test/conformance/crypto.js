const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'SHA256', 'RSA-SHA256', 'sha512-256', 'nope', 5, undefined];
const OUT = ['hex', 'base64', 'base64url', 'latin1', undefined, 'buffer'];
const data = (r) => r.pick([r.text(60), Buffer.from(r.bytes(200)), new Uint8Array(r.bytes()), new DataView(new ArrayBuffer(3)), r.text(4)]);
const odd = (r) => r.pick([data(r), data(r), data(r), 5, null, undefined, {}]);
const sha = (r) => r.pick(['SHA-1', 'SHA-256', 'sha-384', 'SHA-512', { name: 'SHA-256' }, 'MD5']);
const bytesOf = (r, most) => new Uint8Array(r.bytes(most));
const subtle = cryptoModule.webcrypto.subtle;
const fixed = (r, length) => new Uint8Array(Array.from({ length }, () => r.below(256)));
const hmacKey = (r, hash = 'SHA-256') => subtle.importKey('raw', new Uint8Array([1, ...r.bytes()]), { name: 'HMAC', hash }, r.pick([true, false]), ['sign', 'verify']);
const gcmKey = (r) => subtle.importKey('raw', fixed(r, r.pick([16, 32])), 'AES-GCM', true, ['encrypt', 'decrypt']);
const members = {
    'crypto.createHash': (r) => { const h = cryptoModule.createHash(r.pick(DIGESTS)); r.times(3, () => h.update(odd(r), r.pick([undefined, 'utf8', 'hex', 'latin1']))); return h.digest(r.pick(OUT)); },
    'hash.copy': (r) => { const h = cryptoModule.createHash('sha1').update(data(r)); const c = h.copy(); return [h.update('x').digest('hex'), c.digest('hex')]; },
    'hash.digest twice': (r) => { const h = cryptoModule.createHash('md5'); h.digest(); try { return r.pick([() => h.digest(), () => h.update('x'), () => h.copy()])(); } catch (error) { return [error]; } },
    'crypto.createHmac': (r) => { const h = cryptoModule.createHmac(r.pick(['sha256', r.pick(DIGESTS)]), r.pick([data(r), odd(r)])); r.times(3, () => h.update(r.pick([data(r), data(r), odd(r)]))); return h.digest(r.pick(OUT)); },
    'hmac.digest twice': (r) => { const h = cryptoModule.createHmac('sha1', 'k'); h.digest(); try { return r.pick([() => h.digest('hex'), () => h.update('x')])(); } catch (error) { return [error]; } },
    'crypto.hash': (r) => cryptoModule.hash(r.pick(['md5', 'sha1', 'sha256', 'sha512']), r.pick([r.text(), Buffer.from(r.bytes())]), r.pick(['hex', 'base64', undefined])),
    'crypto.randomBytes': (r) => cryptoModule.randomBytes(r.pick([r.below(64), 0, -1, 'x', undefined, NaN])).length,
    'crypto.randomBytes(callback)': (r) => new Promise((done) => cryptoModule.randomBytes(r.below(9), (error, bytes) => done([error, bytes.length]))),
    'crypto.randomFillSync': (r) => { const b = Buffer.alloc(8); const same = cryptoModule.randomFillSync(b, ...r.pick([[], [r.below(9)], [r.below(4), r.below(4)], [9]])) === b; return same; },
    'crypto.randomInt': (r) => { const [min, max] = [r.below(9), r.below(30)]; const n = cryptoModule.randomInt(min, max); return n >= min && n < max; },
    'crypto.randomUUID': () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(cryptoModule.randomUUID()),
    'crypto.getRandomValues': (r) => { const a = r.pick([new Uint8Array(3), new Uint32Array(2), new Float64Array(1), new Uint8Array(65537), new BigInt64Array(1)]); return cryptoModule.getRandomValues(a) === a; },
    'crypto.timingSafeEqual': (r) => cryptoModule.timingSafeEqual(r.pick([Buffer.from(r.bytes(1)), 'x']), r.pick([Buffer.from(r.bytes(1)), new Uint8Array(1)])),
    'crypto.pbkdf2Sync': (r) => cryptoModule.pbkdf2Sync(r.pick([data(r), odd(r)]), data(r), r.pick([1, 2, 3, 4, 5, 0, -1, 1.5, '1']), r.pick([r.below(70), r.below(70), r.below(70), -1, 'x']), r.pick(['sha1', 'sha256', 'sha512', 'md5', 'nope'])),
    'crypto.pbkdf2': (r) => new Promise((done) => cryptoModule.pbkdf2(r.text(), r.text(), 2, r.below(40), 'sha256', (error, key) => done([error, key]))),
    'crypto.hkdfSync': (r) => cryptoModule.hkdfSync(r.pick(['sha256', 'sha512', 'nope']), new Uint8Array([1, ...r.bytes()]), r.pick([r.text(4), bytesOf(r)]), r.text(5), 1 + r.below(80)),
    'crypto.createSecretKey': (r) => { const k = cryptoModule.createSecretKey(Buffer.from([1, ...r.bytes()])); return [k.type, k.symmetricKeySize, k.export(), k.export({ format: 'jwk' }), cryptoModule.createHmac('sha256', k).update('x').digest('hex')]; },
    'crypto.createCipheriv(aes-gcm)': (r) => { const size = r.pick([16, 32]); const c = cryptoModule.createCipheriv(`aes-${size * 8}-gcm`, fixed(r, size), fixed(r, 12)); if (r.below(2)) c.setAAD(Buffer.from(r.bytes())); const out = Buffer.concat([c.update(data(r)), c.final()]); return [out, c.getAuthTag()]; },
    'crypto.createDecipheriv(aes-gcm)': (r) => { const [k, iv, text] = [fixed(r, 32), fixed(r, 12), r.text()]; const c = cryptoModule.createCipheriv('aes-256-gcm', k, iv); const sealed = c.update(text, 'utf8', 'hex') + c.final('hex'); const tag = c.getAuthTag(); if (r.below(3) === 0) tag[0] ^= 1; const d = cryptoModule.createDecipheriv('aes-256-gcm', k, iv).setAuthTag(tag); try { return Buffer.concat([d.update(sealed, 'hex'), d.final()]).toString(); } catch { return 'refused'; } },
    'crypto.getHashes': (r) => cryptoModule.getHashes().includes(r.pick(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256', 'x'])),
    'subtle.digest': (r) => subtle.digest(sha(r), r.pick([bytesOf(r), bytesOf(r).buffer, Buffer.from(r.bytes())])),
    'subtle.importKey': async (r) => { const k = await subtle.importKey('raw', bytesOf(r), { name: r.pick(['HMAC', 'AES-GCM', 'PBKDF2', 'HKDF']), hash: r.pick(['SHA-256', 'SHA-512']) }, r.pick([true, false]), r.pick([['sign'], ['encrypt', 'decrypt'], ['deriveBits'], [], ['verify', 'sign']])); return [k.type, k.extractable, k.algorithm, k.usages]; },
    'subtle.importKey(jwk)': async (r) => { const k = await subtle.importKey('jwk', { kty: 'oct', k: Buffer.from([1, ...r.bytes()]).toString('base64url') }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']); return subtle.sign('HMAC', k, bytesOf(r)); },
    'subtle.exportKey': async (r) => { const k = await hmacKey(r, r.pick(['SHA-256', 'SHA-384'])); return subtle.exportKey(r.pick(['raw', 'jwk']), k); },
    'subtle.generateKey': async (r) => { const k = await subtle.generateKey(r.pick([{ name: 'HMAC', hash: 'SHA-256' }, { name: 'HMAC', hash: 'SHA-512' }, { name: 'AES-GCM', length: 256 }]), true, r.pick([['sign'], ['encrypt']])); return [k.algorithm, (await subtle.exportKey('raw', k)).byteLength]; },
    'subtle.sign': async (r) => subtle.sign(r.pick(['HMAC', 'hmac', { name: 'HMAC' }]), await hmacKey(r, r.pick(['SHA-1', 'SHA-256', 'SHA-512'])), bytesOf(r)),
    'subtle.verify': async (r) => { const k = await hmacKey(r); const s = new Uint8Array(await subtle.sign('HMAC', k, new Uint8Array([1]))); if (r.below(2)) s[0] ^= 1; return subtle.verify('HMAC', k, s, new Uint8Array([1])); },
    'subtle.encrypt(AES-GCM)': async (r) => subtle.encrypt({ name: 'AES-GCM', iv: fixed(r, 12), ...(r.below(2) ? { additionalData: bytesOf(r) } : {}) }, await gcmKey(r), bytesOf(r)),
    'subtle.decrypt(AES-GCM)': async (r) => { const k = await gcmKey(r); const iv = fixed(r, 12); const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, k, bytesOf(r))); if (r.below(3) === 0) sealed[0] ^= 1; return subtle.decrypt({ name: 'AES-GCM', iv }, k, sealed); },
    'subtle.deriveBits(PBKDF2)': async (r) => subtle.deriveBits({ name: 'PBKDF2', hash: r.pick(['SHA-1', 'SHA-256']), salt: bytesOf(r), iterations: 1 + r.below(3) }, await subtle.importKey('raw', bytesOf(r), 'PBKDF2', false, ['deriveBits']), 8 * (1 + r.below(40))),
    'subtle.deriveBits(HKDF)': async (r) => subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: bytesOf(r), info: bytesOf(r) }, await subtle.importKey('raw', bytesOf(r), 'HKDF', false, ['deriveBits']), 8 * (1 + r.below(40))),
};
