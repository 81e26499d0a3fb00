//! Servers whose certificate proves nothing.

use std::sync::Arc;

use onevent_contract::HostError;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::setup::{Setup, oauth};

#[tokio::test]
async fn a_certificate_that_nobody_trusts_ends_the_call_before_a_credential_is_sent() {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = certified.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(socket).await.map(drop).unwrap_err().to_string()
    });
    let setup = Setup::new();
    let error = setup.get(&oauth(&format!("https://{address}"), ""), "/").await.unwrap_err();
    assert!(
        matches!(&error, HostError::Network { code, .. } if code == "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        "{error:?}"
    );
    // The handshake never ended, so nothing was sent inside it; and it was the certificate that ended it.
    let alert = server.await.unwrap();
    assert!(alert.to_lowercase().contains("unknownca"), "{alert}");
}
