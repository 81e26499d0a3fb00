//! What a function signs, OpenSSL verifies, and the other way round: keys and tokens cross between an isolate and Node.

use std::process::Command;
use std::sync::Arc;

use onevent_contract::Outcome;
use serde_json::{Value, json};

use crate::support::run_with;

/// Runs a program under Node with `input` and returns the JSON that it prints.
fn under_node(program: &str, input: &Value) -> Value {
    let code = format!(
        "import crypto from 'node:crypto';\nconst input = JSON.parse(process.argv[1]);\n\
         process.stdout.write(JSON.stringify(await (async () => {{ {program} }})()));"
    );
    let output = Command::new("node")
        .args(["--no-warnings", "--input-type=module", "--eval", &code, &input.to_string()])
        .output()
        .expect("node runs: `cargo xtask setup` checks that it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs the body of an asynchronous function of `input` in an isolate and returns the JSON of its result.
async fn in_an_isolate(program: &str, input: &Value) -> Value {
    let body = format!(
        "const crypto: any = await import('node:crypto'); const input: any = {input};\n\
         nango.log(JSON.stringify(await (async () => {{ {program} }})()));"
    );
    let report = run_with(&body, Arc::default(), |invocation| {
        invocation.limits.cpu = std::time::Duration::from_secs(60);
    })
    .await;
    assert_eq!(report.outcome, Outcome::Succeeded, "{:?}", report.error);
    serde_json::from_str(&report.logs[0].message).unwrap()
}

/// One key for each algorithm of JSON Web Tokens, as PEM in the older and newer forms.
fn keys() -> Value {
    under_node(
        "const pair = (type, options, form) => { const { privateKey, publicKey } = crypto.generateKeyPairSync(type, options); \
             return { private: privateKey.export({ type: form, format: 'pem' }), public: publicKey.export({ type: 'spki', format: 'pem' }) }; }; \
         return { RS256: pair('rsa', { modulusLength: 2048 }, 'pkcs1'), PS384: pair('rsa', { modulusLength: 3072 }, 'pkcs8'), RS512: pair('rsa', { modulusLength: 1024 }, 'pkcs8'), \
             ES256: pair('ec', { namedCurve: 'P-256' }, 'sec1'), ES384: pair('ec', { namedCurve: 'P-384' }, 'pkcs8'), \
             ES512: pair('ec', { namedCurve: 'P-521' }, 'sec1'), EdDSA: pair('ed25519', {}, 'pkcs8'), HS256: { private: 'secret', public: 'secret' } };",
        &Value::Null,
    )
}

/// The same text for both worlds: a token for each key, as libraries for JSON Web Tokens make them of `node:crypto`.
const MAKE_TOKENS: &str = "
    const base64url = (text) => Buffer.from(text).toString('base64url');
    const sign = (alg, key, text) => {
        const digest = `sha${alg.slice(2)}`;
        if (alg.startsWith('HS')) return crypto.createHmac(digest, key).update(text).digest('base64url');
        if (alg === 'EdDSA') return crypto.sign(null, Buffer.from(text), key).toString('base64url');
        if (alg.startsWith('RS')) return crypto.createSign(`RSA-SHA${alg.slice(2)}`).update(text).sign(key, 'base64url');
        if (alg.startsWith('PS')) return crypto.createSign(`RSA-SHA${alg.slice(2)}`).update(text).sign({ key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST }, 'base64url');
        return crypto.createSign(digest).update(text).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url');
    };
    const tokens = {};
    for (const [alg, key] of Object.entries(input)) {
        const text = `${base64url(JSON.stringify({ alg, typ: 'JWT' }))}.${base64url(JSON.stringify({ sub: 'acme', iat: 1 }))}`;
        tokens[alg] = { public: key.public, token: `${text}.${sign(alg, key.private, text)}` };
    }
    return tokens;";

const VERIFY_TOKENS: &str = "
    const verify = (alg, key, text, signature) => {
        const digest = `sha${alg.slice(2)}`;
        if (alg.startsWith('HS')) return crypto.createHmac(digest, key).update(text).digest().equals(signature);
        if (alg === 'EdDSA') return crypto.verify(null, Buffer.from(text), key, signature);
        if (alg.startsWith('RS')) return crypto.createVerify(`RSA-SHA${alg.slice(2)}`).update(text).verify(key, signature);
        if (alg.startsWith('PS')) return crypto.verify(digest, Buffer.from(text), { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING }, signature);
        return crypto.verify(digest, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature);
    };
    const verdicts = {};
    for (const [alg, { token, public: key }] of Object.entries(input)) {
        const [head, payload, signature] = token.split('.');
        const bytes = Buffer.from(signature, 'base64url');
        const right = verify(alg, key, `${head}.${payload}`, bytes);
        bytes[bytes.length - 1] ^= 1;
        verdicts[alg] = [right, verify(alg, key, `${head}.${payload}`, bytes), verify(alg, key, `${head}.x${payload}`, Buffer.from(signature, 'base64url'))];
    }
    return verdicts;";

fn all_right() -> Value {
    let right = json!([true, false, false]);
    ["RS256", "PS384", "RS512", "ES256", "ES384", "ES512", "EdDSA", "HS256"]
        .into_iter()
        .map(|algorithm| (algorithm.to_owned(), right.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_a_function_signs_are_verified_by_node() {
    let tokens = in_an_isolate(MAKE_TOKENS, &keys()).await;
    assert_eq!(under_node(VERIFY_TOKENS, &tokens), all_right());
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_node_signs_are_verified_by_a_function() {
    let tokens = under_node(MAKE_TOKENS, &keys());
    assert_eq!(in_an_isolate(VERIFY_TOKENS, &tokens).await, all_right());
}

/// As libraries that use WebCrypto sign: `jose` and the like.
const SUBTLE: &str = "
    const { subtle } = crypto.webcrypto;
    const results = {};
    for (const [alg, { jwk, public: jwkPublic, algorithm, parameters, signature }] of Object.entries(input)) {
        const data = new TextEncoder().encode('text');
        if (signature) {
            const key = await subtle.importKey('jwk', jwkPublic, algorithm, true, ['verify']);
            const bytes = Buffer.from(signature, 'base64url');
            results[alg] = [await subtle.verify(parameters, key, bytes, data), await subtle.verify(parameters, key, bytes, new TextEncoder().encode('other'))];
        } else {
            const key = await subtle.importKey('jwk', jwk, algorithm, true, ['sign']);
            results[alg] = { public: jwkPublic, algorithm, parameters, signature: Buffer.from(await subtle.sign(parameters, key, data)).toString('base64url') };
        }
    }
    return results;";

fn web_keys() -> Value {
    under_node(
        "const pair = (type, options, algorithm, parameters) => { const { privateKey, publicKey } = crypto.generateKeyPairSync(type, options); \
             return { jwk: privateKey.export({ format: 'jwk' }), public: publicKey.export({ format: 'jwk' }), algorithm, parameters }; }; \
         return { RS256: pair('rsa', { modulusLength: 2048 }, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, 'RSASSA-PKCS1-v1_5'), \
             PS512: pair('rsa', { modulusLength: 2048 }, { name: 'RSA-PSS', hash: 'SHA-512' }, { name: 'RSA-PSS', saltLength: 64 }), \
             ES256: pair('ec', { namedCurve: 'P-256' }, { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }), \
             ES384: pair('ec', { namedCurve: 'P-384' }, { name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-384' }), \
             EdDSA: pair('ed25519', {}, 'Ed25519', 'Ed25519') };",
        &Value::Null,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn web_crypto_signs_for_node_and_verifies_what_node_signed() {
    let right: serde_json::Map<_, _> = ["RS256", "PS512", "ES256", "ES384", "EdDSA"]
        .into_iter()
        .map(|algorithm| (algorithm.to_owned(), json!([true, false])))
        .collect();
    let right = Value::from(right);
    let keys = web_keys();
    assert_eq!(under_node(SUBTLE, &in_an_isolate(SUBTLE, &keys).await), right);
    assert_eq!(in_an_isolate(SUBTLE, &under_node(SUBTLE, &keys)).await, right);
}

/// A certificate that signs itself, of a key on P-256.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIBdDCCARmgAwIBAgIURKZHqz79xjpb0FeGyINVoiLxxgMwCgYIKoZIzj0EAwIw\nDzENMAsGA1UEAwwEYWNtZTAeFw0yNjExMjUxNTU5MThaFw0yNjExMjYxNTU5MTha\nMA8xDTALBgNVBAMMBGFjbWUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS/uRsl\nuLOl94elXtp8vMlJ7bATHyhUFgSGhx+mzmu6ZchjXB8/hUssY9hyxel8nXMRjevX\nqA1AWoi9AI+PaoM/o1MwUTAdBgNVHQ4EFgQUHanC8kctAUp9qk9fTnt9eP3SF2Yw\nHwYDVR0jBBgwFoAUHanC8kctAUp9qk9fTnt9eP3SF2YwDwYDVR0TAQH/BAUwAwEB\n/zAKBggqhkjOPQQDAgNJADBGAiEArrnjUcQqy31/CvlX6PUUretJe17TD3MlU4Dq\nzh04gKwCIQC+csWCArp5DWGVl7qKr03bnDznRS3creOATWL3yTHJzQ==\n-----END CERTIFICATE-----";

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_certificate_is_found() {
    let program = "return crypto.createPublicKey(input).export({ type: 'spki', format: 'pem' });";
    let certificate = json!(CERTIFICATE);
    assert_eq!(in_an_isolate(program, &certificate).await, under_node(program, &certificate));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_a_passphrase_says_what_to_do() {
    let key = under_node(
        "return crypto.generateKeyPairSync('ed25519', { publicKeyEncoding: { type: 'spki', format: 'pem' }, \
             privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } }).privateKey;",
        &Value::Null,
    );
    let program = "try { crypto.createPrivateKey({ key: input, passphrase: 'x' }); return 'read'; } catch (error: any) { return error.message; }";
    let said = in_an_isolate(program, &key).await;
    assert!(said.as_str().unwrap().contains("openssl pkcs8 -topk8 -nocrypt"), "{said}");
}

/// Keys with some bytes or numbers changed, each used as if nothing were wrong.
const DAMAGE: &str = "
    let state = 7;
    const below = (limit: number) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return (state >>> 8) % limit; };
    const counts: any = { read: 0, refused: 0 };
    const use = (make: () => any) => {
        try {
            const key = make();
            counts.read++;
            const other = key.type === 'private' ? crypto.createPublicKey(key) : key;
            for (const work of [
                () => crypto.sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', Buffer.from('x'), key),
                () => crypto.verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', Buffer.from('x'), other, Buffer.alloc(256, 1)),
                () => crypto.verify('sha256', Buffer.from('x'), { key: other, padding: 6 }, Buffer.alloc(256, 1)),
                () => crypto.sign('sha512', Buffer.from('x'), { key, padding: 6 }),
                () => crypto.privateDecrypt(key, Buffer.alloc(256, 1)), () => crypto.publicEncrypt(other, Buffer.from('x')),
                () => key.export({ format: 'jwk' }), () => key.export({ type: 'pkcs1', format: 'der' }), () => key.export({ type: 'sec1', format: 'der' }),
            ]) { try { work(); } catch { /* An error is an answer. */ } }
        } catch { counts.refused++; }
    };
    const odd = ['', 'AA', 'AQ', 'Ag', 'Aw', 'AQAB', '____', 'A'.repeat(1400), '_'.repeat(342), '_'.repeat(43), '_'.repeat(88), 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
    for (const { pkcs8, spki, jwk } of input) {
        for (let round = 0; round < 150; round++) {
            const [der, type] = round % 3 ? [Buffer.from(pkcs8, 'base64'), 'pkcs8'] : [Buffer.from(spki, 'base64'), 'spki'];
            for (let times = 1 + below(2); times > 0; times--) der[below(der.length)] ^= 1 << below(8);
            const cut = round % 10 ? der : der.subarray(0, below(der.length));
            use(() => (type === 'pkcs8' ? crypto.createPrivateKey : crypto.createPublicKey)({ key: cut, format: 'der', type }));
        }
        for (const name of Object.keys(jwk)) {
            for (const value of odd) {
                for (const make of [crypto.createPrivateKey, crypto.createPublicKey]) use(() => make({ key: { ...jwk, [name]: value }, format: 'jwk' }));
            }
        }
        use(() => crypto.createPrivateKey({ key: { ...jwk, p: jwk.q, dp: jwk.dq }, format: 'jwk' }));
        use(() => crypto.createPrivateKey({ key: { ...jwk, p: jwk.n, q: 'AQ' }, format: 'jwk' }));
    }
    return [counts.read > 100, counts.refused > 100];";

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_key_is_an_error_and_nothing_worse() {
    let keys = under_node(
        "const pair = (...args) => { const { privateKey } = crypto.generateKeyPairSync(...args); return { pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'), \
             spki: crypto.createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'), jwk: privateKey.export({ format: 'jwk' }) }; }; \
         return [pair('rsa', { modulusLength: 1024 }), pair('ec', { namedCurve: 'P-256' }), pair('ed25519')];",
        &Value::Null,
    );
    assert_eq!(in_an_isolate(DAMAGE, &keys).await, json!([true, true]));
}
