//! What functions do not get of an integration whose credentials are sealed.

use onevent_contract::{HostError, IntegrationId, IntegrationInclude, JsonObject};
use onevent_proxy::{Provider, Seal};
use serde_json::{Value, json};

/// Takes the credentials out of a connection as a function sees it, and the settings that the template calls secret.
/// In their place stands what seals them, so that the SDK can say it to whoever reads them.
pub(crate) fn keep_credentials(
    key: &IntegrationId,
    template: Option<&Provider>,
    connection: &mut JsonObject,
) {
    connection.insert("credentials".into(), json!({ "sealed_by": Seal::setting(key) }));
    if let Some(Value::Object(settings)) = connection.get_mut("connection_config") {
        for name in template.into_iter().flat_map(Provider::secret_settings) {
            settings.shift_remove(name);
        }
    }
}

/// Refuses what would hand out the OAuth client of a sealed integration.
pub(crate) fn check_include(key: &IntegrationId, include: &[IntegrationInclude]) -> Result<(), HostError> {
    if include.contains(&IntegrationInclude::Credentials) {
        return Err(Seal::refusal(key, "nango.getIntegration() gives no credentials"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use onevent_proxy::Providers;

    use super::*;

    #[test]
    fn a_seal_keeps_credentials_and_secret_settings_and_nothing_else() {
        let yaml = "p:\n  auth_mode: BASIC\n  connection_config:\n    key: {secret: true}\n    region: {}\n";
        let provider = Providers::from_yaml(yaml, "test").unwrap().get("p").unwrap();
        let key = IntegrationId::new("acme").unwrap();
        for (template, settings) in
            [(Some(&*provider), json!({"region": "eu"})), (None, json!({"key": "k", "region": "eu"}))]
        {
            let mut connection = JsonObject::new();
            connection.insert("connection_id".into(), json!("c"));
            connection.insert("credentials".into(), json!({"type": "BASIC", "password": "p"}));
            connection.insert("connection_config".into(), json!({"key": "k", "region": "eu"}));
            keep_credentials(&key, template, &mut connection);
            let kept = json!({
                "connection_id": "c",
                "credentials": {"sealed_by": "integrations.acme.seal_credentials"},
                "connection_config": settings,
            });
            assert_eq!(Value::Object(connection), kept);
        }
        let include = [IntegrationInclude::Webhook, IntegrationInclude::Credentials];
        assert_eq!(check_include(&key, &include[..1]), Ok(()));
        let refused = check_include(&key, &include).unwrap_err();
        assert!(
            matches!(&refused, HostError::Configuration { code, .. } if code == "seal_credentials"),
            "{refused:?}"
        );
    }
}
