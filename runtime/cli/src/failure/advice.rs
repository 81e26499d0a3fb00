//! Commands that are advised.

use std::borrow::Cow;

use onevent_store::ConnectionKey;

/// A command of `onevent connection` that gives this connection credentials, as a shell takes it.
pub(crate) fn with_credentials(command: &str, key: &ConnectionKey) -> String {
    let ConnectionKey { environment, integration, connection_id } = key;
    let (integration, connection) = (quoted(integration.as_str()), quoted(connection_id.as_str()));
    format!("onevent connection {command} {integration} {connection} --credentials @FILE -e {environment}")
}

/// A name as one word of a shell's command line: ids may hold spaces, quotes and `$`.
fn quoted(name: &str) -> Cow<'_, str> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.,:/@+=".contains(c)) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("'{}'", name.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advised_command_can_be_pasted_whatever_the_id_is() {
        let key = |id: &str| {
            let name = "dev".parse().unwrap();
            ConnectionKey::new(name, "salesforce".parse().unwrap(), id.parse().unwrap())
        };
        assert_eq!(
            with_credentials("create", &key("acme/eu:1")),
            "onevent connection create salesforce acme/eu:1 --credentials @FILE -e dev"
        );
        assert!(with_credentials("create", &key("it's $HOME")).contains(r" 'it'\''s $HOME' "));
    }
}
