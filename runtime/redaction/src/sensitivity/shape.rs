//! What a value looks like.

/// A piece of a text that has no separator in it and is this long, of letters and digits, is nobody's name.
const LONG_PIECE: usize = 16;

/// Whether a text holds a private key in PEM, or is a JSON Web Token.
pub(super) fn is_key(text: &str) -> bool {
    let private = text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    private || is_web_token(text)
}

/// Whether a text looks like a token, and not like what people name things: words, addresses, domains, numbers, times,
/// lists of scopes, UUIDs.
pub(super) fn is_opaque(text: &str) -> bool {
    let text = text.trim();
    is_key(text) || has_user(text) || (!is_uuid(text) && text.split(is_separator).any(is_long_mixture))
}

fn is_web_token(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let encoded = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    text.trim().starts_with("eyJ") && parts.len() == 3 && parts.iter().all(|part| encoded(part))
}

/// A URL with a user name or a password in it.
fn has_user(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().contains('@')
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '/' | '.' | ':' | ',' | ';' | '?' | '&' | '=' | '@' | '#')
}

/// Letters with digits among them, or capitals where no word has them.
fn is_long_mixture(piece: &str) -> bool {
    let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let longest = piece.split(['-', '_']).map(str::len).max().unwrap_or(0);
    let mixed = letters > 0 && digits > 0 && longest >= LONG_PIECE && !is_uuid(piece);
    // Random letters alone: capitals and small ones change places more often than in words.
    let bytes = piece.as_bytes().windows(2);
    let changes = bytes
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    mixed || (longest >= LONG_PIECE && changes * 6 >= longest)
}

fn is_uuid(text: &str) -> bool {
    let parts = text.split('-').map(str::len);
    parts.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_do_not_look_like_what_people_write() {
        for token in [
            "CPyBAccessToken0001",
            "00D5g000004abcd!AQEAQPt0mV8o9Zq0",
            "na1-4f6b1c2d9e8a7f6b5c4d",
            "eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
            "postgres://user:pw@db.example.com/main",
            "https://hooks.example.com/services/T000/B000/XXa1XXb2XXc3XXd4XXe5XXf6",
            "xYzAbQrStUvWxKlM",
            "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
        ] {
            assert!(is_opaque(token), "{token}");
        }
        for plain in [
            "oauth crm.objects.contacts.read",
            "acme.hubspot.com",
            "ada@example.test",
            "https://login.example.com/id/00Dx0000000BV7z/005x00000012Q9P",
            "https://www.example.com/auth/drive.readonly",
            "2035-01-01T00:00:00Z",
            "7f1c2b3a-1111-4222-8333-123456789abc",
            "1234567890123456789",
            "Acme Corporation International (EMEA) 2024",
            "Bearer",
            "customerRelationshipManagement",
        ] {
            assert!(!is_opaque(plain), "{plain}");
        }
    }
}
