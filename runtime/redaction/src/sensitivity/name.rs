//! What the name of a field says about its value.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Secret,
    Harmless,
    /// A URL, which is harmless unless it carries a key.
    Address,
    Nothing,
}

/// Words that secrets have in their names.
const SECRET: &[&str] = &[
    "apikey",
    "apikeys",
    "assertion",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "csrf",
    "hmac",
    "jwt",
    "key",
    "keys",
    "mnemonic",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pem",
    "pin",
    "private",
    "pw",
    "pwd",
    "saml",
    "secret",
    "secrets",
    "seed",
    "session",
    "sid",
    "sig",
    "signature",
    "token",
    "tokens",
    "totp",
    "xsrf",
    "authkey",
    "signingkey",
    "accesskey",
    "secretkey",
    "verifier",
];

/// Pieces that make a name secret also where words are not told apart: `ACCESSTOKEN`, `DBPASSWORD`.
const SECRET_PIECES: [&str; 7] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey"];

/// Last words that speak about a secret, and are none: `token_type`, `refresh_token_expires_in`.
const ABOUT: &[&str] = &[
    "algorithm",
    "alg",
    "at",
    "count",
    "created",
    "date",
    "domain",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "format",
    "host",
    "in",
    "issued",
    "issuer",
    "length",
    "lifetime",
    "method",
    "methods",
    "name",
    "placement",
    "prefix",
    "scope",
    "scopes",
    "seconds",
    "status",
    "ttl",
    "type",
    "types",
    "version",
    "updated",
];

/// Keys that are no secrets: what stands before `key`.
const PLAIN_KEYS: &[&str] = &[
    "config",
    "field",
    "foreign",
    "issue",
    "partition",
    "primary",
    "project",
    "public",
    "publishable",
    "sort",
    "space",
    "unique",
    "object",
];

/// Last words of what people may read.
const HARMLESS: &[&str] = &[
    "account",
    "app",
    "audience",
    "bucket",
    "by",
    "channel",
    "city",
    "client",
    "cloud",
    "company",
    "country",
    "currency",
    "customer",
    "datacenter",
    "debug",
    "display",
    "email",
    "emails",
    "enabled",
    "env",
    "environment",
    "expires",
    "expiry",
    "host",
    "hostname",
    "hub",
    "id",
    "ids",
    "instance",
    "issuer",
    "label",
    "language",
    "level",
    "limit",
    "locale",
    "location",
    "login",
    "mail",
    "mode",
    "model",
    "name",
    "namespace",
    "node",
    "org",
    "organization",
    "owner",
    "plan",
    "platform",
    "port",
    "portal",
    "project",
    "provider",
    "realm",
    "region",
    "role",
    "roles",
    "site",
    "stage",
    "state",
    "subdomain",
    "tenant",
    "timezone",
    "title",
    "uri",
    "url",
    "urls",
    "user",
    "username",
    "workspace",
    "zone",
];

/// Last words of names of URLs.
const ADDRESS: &[&str] = &["link", "uri", "url", "urls"];

/// What a field's name says about its value.
pub(super) fn says(name: &str) -> Said {
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return Said::Nothing };
    let is = |list: &[&str], word: &str| list.contains(&word);
    let jammed: String = words.concat();
    let secret = words.iter().any(|word| is(SECRET, word))
        || SECRET_PIECES.iter().any(|piece| jammed.contains(piece))
        || jammed.ends_with("pass");
    if is(ADDRESS, last) {
        return Said::Address;
    }
    if !secret {
        return if is(HARMLESS, last) || is(ABOUT, last) { Said::Harmless } else { Said::Nothing };
    }
    let previous = before.last().map_or("", String::as_str);
    match last.as_str() {
        last if is(ABOUT, last) => Said::Harmless,
        "id" | "ids" if matches!(previous, "key" | "keys" | "auth" | "private") => Said::Harmless,
        "key" | "keys" if before.iter().any(|word| is(PLAIN_KEYS, word)) => Said::Harmless,
        _ => Said::Secret,
    }
}

/// The words of a name, in lower case: `oauthTokenSecret`, `oauth_token_secret` and `OAUTH-TOKEN-SECRET` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = None::<char>;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            previous = None;
            continue;
        }
        let lower_follows = characters.peek().is_some_and(|next| next.is_lowercase());
        let begins = match previous {
            None => true,
            // `apiKey`, and `APIKey`: the last capital of many belongs to what follows.
            Some(previous) => character.is_uppercase() && (!previous.is_uppercase() || lower_follows),
        };
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        previous = Some(character);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_their_words() {
        use Said::*;
        for (said, names) in [
            (
                Secret,
                "access_token refreshToken id_token oauthTokenSecret client_secret apiKey api_key APIKey API_KEY password \
                 passwd DBPASS DB_PASSWORD DBPASSWORD privateKey client_private_key webhook_secret tenantSecret _cookies \
                 session_id sessionToken jwtToken ACCESSTOKEN secret_access_key pin otp signature token_id secret_id \
                 dev_key key STRIPE_KEY bot_user_token authorization signing-key",
            ),
            (
                Harmless,
                "token_type expires_in expires_at refresh_token_expires_in accessTokenExpiresAt scope scopes tokenType \
                 hub_domain user username email team_name client_id key_id privateKeyId access_key_id \
                 public_key publishableKey project_key provider_config_key REGION LOG_LEVEL type issued_at \
                 auth_type key_name subdomain token_endpoint_auth_method",
            ),
            (Address, "instance_url APP_URL token_url webhook_secret_url app_link"),
            (Nothing, "raw foo hub X authed incoming_webhook cloudy"),
        ] {
            for name in names.split_whitespace() {
                let expected = if name == "hub" { Harmless } else { said };
                assert_eq!(says(name), expected, "{name}");
            }
        }
    }
}
