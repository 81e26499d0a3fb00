//! zod's formats answer in an isolate as they answer under Node.
//!
//! Some of them lean on `URL` and `atob` and silently say no where these are missing.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::run;

/// Runs in both worlds: a format and a text make an answer.
const PROGRAM: &str = r#"
const formats: any = {
    email: z.email(), url: z.url(), httpUrl: z.httpUrl(), hostname: z.hostname(), uuid: z.uuid(), uuidv4: z.uuidv4(), uuidv7: z.uuidv7(), guid: z.guid(),
    ipv4: z.ipv4(), ipv6: z.ipv6(), cidrv4: z.cidrv4(), cidrv6: z.cidrv6(), mac: z.mac(),
    base64: z.base64(), base64url: z.base64url(), jwt: z.jwt(), jwtHs256: z.jwt({ alg: 'HS256' }), nanoid: z.nanoid(), cuid: z.cuid(), cuid2: z.cuid2(),
    ulid: z.ulid(), xid: z.xid(), ksuid: z.ksuid(), emoji: z.emoji(), e164: z.e164(), hex: z.hex(),
    date: z.iso.date(), time: z.iso.time(), datetime: z.iso.datetime({ offset: true, local: true }), duration: z.iso.duration(),
    lowercase: z.string().lowercase(), uppercase: z.string().uppercase(), normalize: z.string().normalize().min(1),
    regex: z.string().regex(/^\p{Lu}[\w-]+$/u), urlHost: z.url({ hostname: /^example\.com$/, protocol: /^https$/ }),
    json: z.json(), stringbool: z.stringbool(), number: z.coerce.number(), coerced: z.coerce.date(), bigint: z.coerce.bigint(), sha: z.hash('sha256'),
};
const texts: string[] = [
    '', ' ', 'a', 'A', 'Ab-c', 'Ünder', 'true', 'no', '0', '-1', '1e3', 'Infinity', '{"a":[1]}',
    'me@example.com', 'me@localhost', 'a b@example.com', 'ü@example.com', 'https://example.com', 'http://example.com:80/ä?q=ö#x', 'https://例え.jp', 'ftp://h', 'mailto:a@b.c', 'example.com', 'https://', 'http://[::1]:8080/', 'HTTPS://EXAMPLE.COM',
    '00000000-0000-0000-0000-000000000000', '550e8400-e29b-41d4-a716-446655440000', '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '127.0.0.1', '256.1.1.1', '1.2.3', '::1', '2001:db8::8a2e:370:7334', '2001:db8:::1', 'fe80::1%eth0', '::ffff:1.2.3.4', '10.0.0.0/8', '10.0.0.0/33', '2001:db8::/32', '2001:db8::/129', '00:1A:2b:3c:4d:5e', '00:1A:2B:3C:4D:5E',
    'aGVsbG8=', 'aGVsbG8', 'aGVs bG8=', 'aGVsbG8_-w', '====', 'YQ==', 'YR==',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGciOiJub25lIn0.e30.', 'a.b.c', 'eyJ0eXAiOiJYIiwiYWxnIjoiSFMyNTYifQ.e30.c2ln',
    'V1StGXR8_Z5jdHi6B-myT', 'cjld2cjxh0000qzrmn831i7rn', 'tz4a98xxat96iws9zmbrgj3a', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '9m4e2mr0ui3e8a215n4g', '0ujtsYcgvSTl8PAuAdqWYSMnLOv', '\u{1F600}', '\u{1F600}a', '+15555550123', '5555550123', 'deadBEEF', 'xyz',
    '2024-02-29', '2023-02-29', '2024-13-01', '12:34:56', '12:34', '25:00:00', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00+02:00', '2024-01-01T00:00:00', '2024-01-01 00:00', 'P1DT2H', 'P', 'PT', 'P1W',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '123456789012345678901234567890', '\ud800', 'e\u0301',
];
const answers: any = {};
for (const name of Object.keys(formats)) {
    answers[name] = texts.map((text) => {
        const result = formats[name].safeParse(text);
        return result.success ? 'yes' : result.error.issues.map((issue: any) => issue.code + ' ' + issue.message).join('; ');
    });
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_format_answers_as_under_node() {
    let report =
        run(&format!("{PROGRAM}\nfor (const n in answers) nango.log(JSON.stringify([n, answers[n]]));"))
            .await;
    assert_eq!(report.error, None);
    let here: Vec<(String, Value)> =
        report.logs.iter().map(|line| serde_json::from_str(&line.message).unwrap()).collect();
    let there = under_node();
    assert!(here.len() > 35);
    for (name, answers) in here {
        assert_eq!(answers, there[&name], "{name}");
        let answers = answers.as_array().unwrap();
        assert!(answers.iter().any(|answer| answer == "yes"), "no text at all is a valid {name}");
        assert!(
            answers.iter().any(|answer| answer != "yes") || name == "json",
            "every text is a valid {name}"
        );
    }
}

fn under_node() -> Value {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js-sdk");
    let program = format!(
        "import * as z from 'zod';\nz.config({{ jitless: true }});\n{}\nconsole.log(JSON.stringify(answers));",
        PROGRAM.replace(": any", "").replace(": string[]", "")
    );
    let output = Command::new("node")
        .args(["--input-type=module", "--eval", &program])
        .current_dir(sdk)
        .output()
        .expect("node runs: `cargo xtask setup` checks that it is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
