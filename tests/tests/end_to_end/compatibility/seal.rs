//! Credentials that the owner of a project seals. Nango has no such thing.

use serde_json::json;

use super::row::Row;

const SEAL: &str = "integrations.salesforce.seal_credentials=true";

fn sealed(body: &str) -> Row {
    Row::body(body).answer("/", json!({})).flags(&["--set", SEAL])
}

fn refused(call: &str) -> Row {
    sealed(&format!(
        "try {{ {call}; give('got them'); }} catch (e: any) {{ give([e.code, e.message.includes('integrations.salesforce.seal_credentials')]); }}"
    ))
    .gives(json!(["seal_credentials", true]))
}

rows! {
    a_call_to_the_base_url_has_its_credentials => sealed("await nango.get({ endpoint: '/x' });")
        .sent_header("authorization", Some("Bearer token-of-the-first-organization"));

    a_host_that_is_named_has_them => sealed("await nango.get({ endpoint: '/x' });")
        .flags(&["--set", "integrations.salesforce.hosts=*.example.com,127.0.0.1"])
        .sent_header("authorization", Some("Bearer token-of-the-first-organization"));

    another_host_has_none_and_the_log_says_so => sealed("await nango.get({ endpoint: '/x' });")
        .flags(&["--set", "integrations.salesforce.hosts=*.example.com"])
        .sent_header("authorization", None)
        .says("/logs/0/message", "integrations.salesforce.seal_credentials");

    a_credential_in_a_url_to_another_host => refused("await nango.get({ endpoint: '/x?t=${accessToken}' })")
        .flags(&["--set", "integrations.salesforce.hosts=*.example.com"]).asked(&[]);

    get_token => refused("await nango.getToken()");
    the_credentials_of_a_connection => refused("(await nango.getConnection()).credentials.access_token");
    the_credentials_of_an_integration => refused("await nango.getIntegration({ include: ['credentials'] })");

    the_rest_of_a_connection_can_be_read => sealed(
        "const c = await nango.getConnection(); await nango.getIntegration({ include: ['webhook'] }); give([c.connection_id, JSON.stringify(c).includes('token-of')]);",
    ).gives(json!(["acme", false]));

    fetch_has_none_in_any_case => sealed(
        "const here = (await nango.get({ endpoint: '/x' })).config.url;\nawait fetch(new URL('/y', here));",
    ).sees(|seen| match seen.world.provider.journal()[1].header("authorization") {
        None => Ok(()),
        Some(value) => Err(format!("it was sent {value}")),
    });
}
