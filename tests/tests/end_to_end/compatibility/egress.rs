//! Where functions may go by default: public addresses.

use serde_json::json;

use super::row::Row;

/// `uncontrolledFetch` of this URL, with the settings' leave for loopback taken away.
fn fetched(url: &str) -> Row {
    Row::body(&format!(
        "try {{ await nango.uncontrolledFetch({{ url: new URL('{url}') }}); give('sent'); }}\n\
         catch (e: any) {{ give([e instanceof nango.ActionError, e.payload?.code]); }}"
    ))
    .with_file("onevent.toml", "")
}

fn not_allowed(url: &str) -> Row {
    fetched(url).gives(json!([true, "url_not_allowed"])).asked(&[])
}

/// A call with this base URL, without leave for anything.
fn called(base: &str, code: &str) -> Row {
    Row::body(&format!(
        "try {{ await nango.get({{ endpoint: '/x', baseUrlOverride: '{base}' }}); give('sent'); }} catch (e: any) {{ give(e.code); }}"
    ))
    .with_file("onevent.toml", "")
    .gives(json!(code))
}

rows! {
    fetch_to_loopback => not_allowed("http://127.0.0.1:9/");
    fetch_to_localhost => not_allowed("http://localhost/");
    fetch_to_loopback_in_another_spelling => not_allowed("http://2130706433/");
    fetch_to_loopback_of_ipv6 => not_allowed("http://[::1]/");
    fetch_to_loopback_mapped_into_ipv6 => not_allowed("http://[::ffff:127.0.0.1]/");
    fetch_to_an_unspecified_address => not_allowed("http://0.0.0.0/");
    fetch_to_a_private_network => not_allowed("http://10.1.2.3/");
    fetch_to_another_private_network => not_allowed("http://192.168.1.1/");
    fetch_to_carrier_grade_nat => not_allowed("http://100.64.0.1/");
    fetch_to_a_metadata_service => not_allowed("http://169.254.169.254/latest/meta-data");
    fetch_to_a_metadata_service_by_name => not_allowed("http://metadata.google.internal/");
    fetch_with_another_scheme => not_allowed("ftp://example.com/");
    fetch_to_a_unique_local_address => not_allowed("http://[fd00::1]/");

    a_call_to_loopback => called("http://127.0.0.1:9", "denied_ip");
    a_call_to_localhost => called("http://localhost:9", "denied_hostname");
    a_call_to_a_metadata_service => called("http://169.254.169.254", "denied_ip");
    a_call_with_another_scheme => called("ftp://example.com", "invalid_scheme");

    a_redirect_is_checked_again => Row::body("try { await nango.get({ endpoint: '/x' }); give('sent'); } catch (e: any) { give(e.code); }")
        .answers("/x", &[(302, &[("location", "http://169.254.169.254/")], json!({}))]).gives(json!("redirect_denied"));

    a_url_has_to_be_one => Row::body("try { await nango.uncontrolledFetch({ url: 'https://example.com' }); } catch (e: any) { give(e instanceof Error); }").gives(json!(true));

    fetch_gives_a_response_and_follows_redirects => redirected(
        "const r = await nango.uncontrolledFetch({ url: at('/a'), method: 'POST', body: 'b' });\ngive([r.status, r instanceof Response, r.url.endsWith('/b'), await r.json()]);",
    ).answers("/a", &[(303, &[("location", "/b")], json!({}))]).answer("/b", json!({"ok": true}))
        .gives(json!([200, true, true, {"ok": true}])).asked(&["GET /here", "POST /a", "GET /b"]);

    a_307_keeps_method_and_body => redirected("await nango.uncontrolledFetch({ url: at('/a'), method: 'POST', body: 'b' });")
        .answers("/a", &[(307, &[("location", "/b")], json!({}))]).answer("/b", json!({})).asked(&["GET /here", "POST /a", "POST /b"]);

    more_than_five_redirects => redirected("try { await nango.uncontrolledFetch({ url: at('/a') }); } catch (e: any) { give([e instanceof nango.ActionError, e.payload.code]); }")
        .answers("/a", &[(302, &[("location", "/a")], json!({}))]).gives(json!([true, "too_many_redirects"]));

    a_redirect_to_another_scheme => redirected("try { await nango.uncontrolledFetch({ url: at('/a') }); } catch (e: any) { give(e.payload.code); }")
        .answers("/a", &[(302, &[("location", "ftp://example.com/")], json!({}))]).gives(json!("invalid_redirect"));

    a_redirect_without_location_is_an_answer => redirected("give((await nango.uncontrolledFetch({ url: at('/a') })).status);")
        .answers("/a", &[(302, &[], json!({}))]).gives(json!(302));

    a_status_is_no_error_and_is_not_retried => redirected("give((await nango.uncontrolledFetch({ url: at('/a') })).status);")
        .answers("/a", &[(503, &[], json!({}))]).gives(json!(503)).asked(&["GET /here", "GET /a"]);
}

/// `at` is a URL of the provider: a call tells where that is.
fn redirected(body: &str) -> Row {
    Row::body(&format!(
        "const here = (await nango.get({{ endpoint: '/here' }})).config.url;\nconst at = (path: string) => new URL(path, here);\n{body}"
    ))
    .answer("/here", json!({}))
}
