use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PublicKeyData, SerialNumber};

use super::*;
use crate::{SignatureScheme, sign, verify};

#[test]
fn the_key_of_a_certificate_is_found_whatever_else_is_in_it() {
    let key = KeyPair::generate().unwrap();
    for serial in [SerialNumber::from(1_u64), SerialNumber::from_slice(&[0x7f; 40])] {
        let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
        params.serial_number = Some(serial);
        let certificate = params.self_signed(&key).unwrap();
        let facts = KeyFacts::read(KeyEncoding::Certificate, certificate.der()).unwrap();
        assert_eq!(facts.public_der, key.subject_public_key_info());
        assert_eq!((facts.kind, facts.private_der), (KeyKind::P256, None));
        assert_eq!(
            KeyFacts::read(KeyEncoding::Spki, certificate.der()),
            Err(CryptoError::MalformedKey),
            "a certificate is no key"
        );
    }
}

#[test]
fn a_key_is_the_same_in_every_encoding_and_by_its_parts() {
    for kind in [KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519] {
        let key = PrivateKey::generate(kind).unwrap();
        let facts = KeyFacts::of_private(&key).unwrap();
        let der = facts.private_der.clone().unwrap();
        assert_eq!(KeyFacts::read(KeyEncoding::Pkcs8, &der).as_ref(), Ok(&facts));
        let parts = key.parts().unwrap();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let again = PrivateKey::from_parts(kind, &parts).unwrap();
        assert_eq!(again.to_pkcs8().unwrap(), der);
        let other = PrivateKey::generate(kind).unwrap().parts().unwrap();
        let mut mixed = parts.clone();
        *mixed.last_mut().unwrap() = other.last().unwrap();
        assert!(PrivateKey::from_parts(kind, &mixed).is_err(), "the halves of two keys make none");
    }
    assert!(matches!(PrivateKey::generate(KeyKind::Rsa), Err(CryptoError::Unsupported(_))));
}

#[test]
fn what_one_key_signs_it_verifies_and_no_other_does() {
    let schemes = [
        (KeyKind::P256, SignatureScheme::EcdsaDer),
        (KeyKind::P384, SignatureScheme::EcdsaFixed),
        (KeyKind::Ed25519, SignatureScheme::Ed25519),
    ];
    for (kind, scheme) in schemes {
        let facts = || KeyFacts::of_private(&PrivateKey::generate(kind).unwrap()).unwrap();
        let (own, other) = (facts(), facts());
        let signature = sign(scheme, "sha256", own.private_der.as_ref().unwrap(), b"text").unwrap();
        let is_of = |facts: &KeyFacts, text: &[u8]| {
            verify(scheme, "sha256", &facts.public_der, text, &signature).unwrap()
        };
        assert!(is_of(&own, b"text"));
        assert!(!is_of(&own, b"other text"));
        assert!(!is_of(&other, b"text"));
    }
}

proptest! {
    #[test]
    fn bytes_that_are_no_key_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        for encoding in ["pkcs8", "pkcs1-private", "sec1", "spki", "pkcs1-public", "certificate"] {
            prop_assert!(KeyFacts::read(KeyEncoding::named(encoding).unwrap(), &bytes).is_err());
        }
    }
}
