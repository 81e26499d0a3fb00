//! HTTP as Node and axios have it: headers that come more than once, bodies that break, redirects, methods. Measured with
//! axios 1.18.1 and Node's `fetch` under Node 20.20.

use onevent_tests::Fault;
use serde_json::json;

use super::row::Row;

const TWICE: &[(&str, &str)] = &[
    ("content-type", "text/html"),
    ("etag", "\"a\""),
    ("etag", "\"b\""),
    ("retry-after", "1"),
    ("retry-after", "2"),
    ("x-multi", "1"),
    ("x-multi", "2"),
    ("cookie", "a=1"),
    ("cookie", "b=2"),
    ("set-cookie", "a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT"),
    ("set-cookie", "b=2"),
];

const NAMES: &str = "['content-type', 'etag', 'retry-after', 'x-multi', 'cookie']";

/// What is left of an answer whose body breaks.
fn broken(of: &str) -> Row {
    Row::body(&format!(
        "try {{ await nango.get({{ endpoint: '/x' }}); give('resolved'); }} catch (e: any) {{ give({of}); }}"
    ))
}

/// `at` is a URL of the provider: a call tells where that is.
fn fetching(body: &str) -> Row {
    Row::body(&format!(
        "const here = (await nango.get({{ endpoint: '/here' }})).config.url;\nconst at = (path: string) => new URL(path, here);\n{body}"
    ))
    .answer("/here", json!({}))
}

/// A method that is refused by each way to make a request.
fn refused(method: &str) -> Row {
    fetching(&format!(
        "const why = (e: any) => [e instanceof TypeError, e.code ?? null];\n\
         const called = await nango.proxy({{ endpoint: '/x', method: '{method}' }}).catch(why);\n\
         const fetched = await fetch(at('/x'), {{ method: '{method}' }}).catch(why);\n\
         const other = await nango.uncontrolledFetch({{ url: at('/x'), method: '{method}' }}).catch(why);\n\
         give([called, fetched, other]);"
    ))
    .gives(json!([[false, "invalid_method"], [true, null], [true, null]]))
    .asked(&["GET /here"])
}

rows! {
    repeated_headers_are_what_node_makes_of_them => Row::body(&format!(
        "const {{ headers }} = await nango.get({{ endpoint: '/x' }});\ngive([{NAMES}.map((name) => headers[name]), headers['set-cookie']]);"
    )).answers("/x", &[(200, TWICE, json!({}))]).gives(json!([
        ["application/json", "\"a\"", "1", "1, 2", "a=1; b=2"], ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]
    ]));

    one_set_cookie_is_a_list => Row::body("give((await nango.get({ endpoint: '/x' })).headers['set-cookie']);")
        .answers("/x", &[(200, &[("set-cookie", "a=1")], json!({}))]).gives(json!(["a=1"]));

    repeated_headers_of_an_error => broken("[e.response.headers.etag, e.response.headers['set-cookie']]")
        .answers("/x", &[(404, TWICE, json!({}))])
        .gives(json!(["\"a\"", ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]]));

    repeated_headers_of_fetch_are_joined => fetching(&format!(
        "const one = (await fetch(at('/x'))).headers;\nconst other = (await nango.uncontrolledFetch({{ url: at('/x') }})).headers;\n\
         give([one, other].map((headers) => [{NAMES}.map((name) => headers.get(name)), headers.getSetCookie()]));"
    )).answers("/x", &[(200, TWICE, json!({}))]).gives(json!([
        [["application/json, text/html", "\"a\", \"b\"", "1, 2", "1, 2", "a=1; b=2"], ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]],
        [["application/json, text/html", "\"a\", \"b\"", "1, 2", "1, 2", "a=1; b=2"], ["a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT", "b=2"]]
    ]));

    cookies_of_a_login_go_back => Row::body(
        "const lines = (await nango.post({ endpoint: '/x' })).headers['set-cookie'];\n\
         give((await nango.get({ endpoint: '/y', headers: { Cookie: lines.map((line: string) => line.split(';')[0]).join('; ') } })).status);",
    ).answers("/x", &[(200, TWICE, json!({}))]).answer("/y", json!({})).gives(json!(200))
        .sees(|seen| match seen.world.provider.journal()[1].header("cookie") {
            Some("a=1; b=2") => Ok(()),
            other => Err(format!("the cookie was {other:?}")),
        });

    a_body_that_is_cut_short => broken("[e.isAxiosError, e.name, e.code, e.message, e.status, e.response.status, e.response.data ?? null]")
        .faulty("/x", Fault::CutShort { status: 200, start: "{\"half\":" })
        .gives(json!([true, "AxiosError", "ERR_BAD_RESPONSE", "stream has been aborted", 200, 200, null]));

    a_404_that_is_cut_short_is_a_404 => broken("[e.code, e.message, e.status, e.response.status]")
        .faulty("/x", Fault::CutShort { status: 404, start: "{" })
        .gives(json!(["ERR_BAD_RESPONSE", "stream has been aborted", 404, 404]))
        .has("/http/0/status", json!(404)).has("/http/0/error", json!("ERR_BAD_RESPONSE"));

    // The status decides, as in Nango: what was answered with 200 was also done.
    a_200_that_is_cut_short_is_not_tried_again => Row::body("await nango.post({ endpoint: '/x', retries: 3 });")
        .faulty("/x", Fault::CutShort { status: 200, start: "{" }).exits(1).asked(&["POST /x"]);

    a_503_that_is_cut_short_is_tried_again => Row::body("await nango.get({ endpoint: '/x', retries: 1 });")
        .flags(&["--set", "limits.wall=2500ms"]).faulty("/x", Fault::CutShort { status: 503, start: "{" }).exits(1)
        .sees(|seen| {
            let logs = seen.answer.document["logs"].to_string();
            if logs.contains("status_code_503 asks for 3000 ms") { Ok(()) } else { Err(format!("no such reason in {logs}")) }
        });

    a_fetch_that_is_cut_short_has_its_status => fetching(
        "const given = [];\n\
         for (const r of [await fetch(at('/x')), await nango.uncontrolledFetch({ url: at('/x') })]) {\n\
         given.push([r.status, await r.text().catch((e: any) => [e instanceof TypeError, e.message, e.cause.code])]);\n}\ngive(given);",
    ).faulty("/x", Fault::CutShort { status: 404, start: "{" })
        .gives(json!([[404, [true, "terminated", "UND_ERR_SOCKET"]], [404, [true, "terminated", "UND_ERR_SOCKET"]]]));

    a_body_that_is_not_packed_as_it_says => broken("[e.isAxiosError, e.name, e.code, e.message, e.response.status]")
        .answers("/x", &[(200, &[("content-encoding", "GZIP")], json!({}))])
        .gives(json!([true, "Error", "Z_DATA_ERROR", "incorrect header check", 200]));

    an_unknown_coding_is_left_and_said => Row::body(
        "const r = await nango.get({ endpoint: '/x' });\ngive([r.data, r.headers['content-encoding']]);",
    ).answers("/x", &[(200, &[("content-encoding", "zstd")], json!({"a": 1}))]).gives(json!([{"a": 1}, "zstd"]))
        .says("/logs/0/message", "packed with `zstd`");

    identity_is_no_coding => Row::body("give((await nango.get({ endpoint: '/x' })).data);")
        .answers("/x", &[(200, &[("content-encoding", "Identity")], json!({"a": 1}))]).gives(json!({"a": 1}));

    request_is_the_last_one_of_a_chain => Row::body(
        "const { request, config } = await nango.post({ endpoint: '/x', data: {} });\n\
         give([request.method, request.path, request.host, request.protocol, new URL(request.res.responseUrl).pathname, new URL(config.url).pathname]);",
    ).answers("/x", &[(303, &[("location", "/end?q=1%20x")], json!({}))]).answer("/end", json!({}))
        .gives(json!(["GET", "/end?q=1%20x", "127.0.0.1", "http:", "/end", "/x"]));

    request_of_an_error_is_the_last_one_too => broken("[e.request.path, e.request === e.response.request]")
        .answers("/x", &[(302, &[("location", "/end")], json!({}))]).answers("/end", &[(404, &[], json!({}))])
        .gives(json!(["/end", true]));

    // In Nango a request has a body with POST, PUT, PATCH and DELETE alone; but a REPORT says nothing without one.
    a_report_is_sent_with_its_body => Row::body("await nango.proxy({ endpoint: '/x', method: 'report', data: '<filter/>', headers: { Depth: 1 } });")
        .answer("/x", json!({})).asked(&["REPORT /x"]).sent_body("<filter/>").sent_header("depth", Some("1"))
        .sent_header("authorization", Some("Bearer token-of-the-first-organization"));
    a_propfind_is_sent => Row::body("await nango.proxy({ endpoint: '/x', method: 'PROPFIND' });").answer("/x", json!({})).asked(&["PROPFIND /x"]);
    a_head_has_no_body => Row::body("give((await nango.proxy({ endpoint: '/x', method: 'HEAD' })).data);").answer("/x", json!({"a": 1}))
        .asked(&["HEAD /x"]).gives(json!(""));
    fetch_sends_registered_methods => fetching("give((await fetch(at('/x'), { method: 'PROPFIND' })).status);")
        .answer("/x", json!({})).gives(json!(200)).asked(&["GET /here", "PROPFIND /x"]);

    // axios sends these, and whoever reads the answer of a TRACE reads the credentials.
    trace_is_refused => refused("TRACE");
    connect_is_refused => refused("CONNECT");
    track_is_refused => refused("track");
    an_invented_method_is_refused => refused("FOO");
    what_is_no_method_is_refused => refused("GE T");
}
