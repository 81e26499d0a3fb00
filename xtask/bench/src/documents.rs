//! The documents that the provider gives and gets: made here, so that everybody's work can be compared with them.

use serde_json::{Map, Value, json};

/// The organization that the provider's account has.
pub(crate) const ORGANIZATION: &str = "org_A";
/// What proves who asks.
pub(crate) const TOKEN: &str = "token-of-the-benchmark";
/// The same as a header.
pub(crate) const TOKEN_HEADER: &str = "Bearer token-of-the-benchmark";
/// What proves to Nango's API who asks: no secret of anybody's.
pub(crate) const SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";
/// The same as a header.
pub(crate) const SECRET_KEY_HEADER: &str = "Bearer 11111111-1111-4111-8111-111111111111";
/// Fields of each schema of the large function.
pub(crate) const FIELDS: usize = 200;
/// Those of them that have a label in it.
pub(crate) const LABELLED: usize = 150;
/// Records that make a megabyte.
const RECORDS: usize = 5_600;

/// The answer of `/services/oauth2/userinfo`.
pub(crate) fn userinfo() -> Value {
    json!({ "organization_id": ORGANIZATION })
}

/// The connection, as Nango's API shows it.
pub(crate) fn connection() -> Value {
    json!({
        "id": 1,
        "connection_id": "acme",
        "provider_config_key": "salesforce",
        "provider": "salesforce",
        "metadata": { "organizationId": ORGANIZATION, "webhookId": "wh_1" },
        "connection_config": {},
        "credentials": { "type": "OAUTH2", "access_token": TOKEN, "raw": {} },
    })
}

/// The integration, as Nango's API shows it.
pub(crate) fn integration() -> Value {
    json!({ "unique_key": "salesforce", "provider": "salesforce", "display_name": "Salesforce" })
}

/// The answer of `/fields`: what the large function's schemas accept.
pub(crate) fn fields() -> Value {
    let field = |index: usize| {
        let value = if index.is_multiple_of(2) { json!(format!("value {index}")) } else { json!(index) };
        (format!("field_{index}"), value)
    };
    Value::Object((0..FIELDS).map(field).collect::<Map<_, _>>())
}

/// The answer of `/records`.
pub(crate) fn records() -> Value {
    let record = |id: usize| {
        json!({
            "id": id,
            "first_name": format!("Given{id}"),
            "last_name": "Family",
            "email": format!("Given{id}.Family@Example.com"),
            "company": { "name": format!("Company {}", id % 97), "city": "Bern" },
            "tags": ["customer", "newsletter", "2026"],
        })
    };
    json!({ "records": (0..RECORDS).map(record).collect::<Vec<_>>() })
}

/// The body that `/import` should get, byte for byte.
pub(crate) fn import() -> String {
    let contact = |id: usize| {
        json!({
            "id": id,
            "name": format!("Given{id} Family"),
            "email": format!("given{id}.family@example.com"),
            "company": format!("Company {}", id % 97),
            "tags": 3,
        })
    };
    json!({ "contacts": (0..RECORDS).map(contact).collect::<Vec<_>>() }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_are_a_megabyte() {
        let bytes = records().to_string().len();
        assert!((1_000_000..1_100_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn as_many_contacts_are_written_as_records_were_read() {
        let read = records()["records"].as_array().unwrap().len();
        let written: Value = serde_json::from_str(&import()).unwrap();
        assert_eq!(written["contacts"].as_array().unwrap().len(), read);
    }
}
