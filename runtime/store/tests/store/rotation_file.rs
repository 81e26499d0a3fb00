//! Another encryption key, where it is in a file beside the database.

use std::fs;

use onevent_store::{OldKey, Store, Visibility};

use crate::support::{Scratch, establish, key, new_connection};

async fn token(store: &Store, id: &str) -> String {
    let stored = store.connection(&key(id), Visibility::Established).await.unwrap().unwrap();
    stored.connection.credentials.text("access_token").unwrap().reveal().to_owned()
}

#[tokio::test]
async fn the_file_gets_the_new_key_and_servers_that_did_nothing_meanwhile_find_it_there() {
    let scratch = Scratch::new();
    let serving = scratch.open().await;
    establish(&serving, new_connection("acme", "tok-1")).await.unwrap();
    let file = scratch.database().with_extension("sqlite3.key");
    let before = fs::read(&file).unwrap();
    let rotation = scratch.open().await.rotate_encryption(None).await.unwrap();
    assert_eq!((rotation.sealed_anew, rotation.old_key), (1, OldKey::Gone));
    let after = fs::read(&file).unwrap();
    assert_ne!(before, after);
    assert_eq!(token(&serving, "acme").await, "tok-1");
    establish(&serving, new_connection("globex", "tok-2")).await.unwrap();
    let anew = scratch.open().await;
    assert_eq!(token(&anew, "globex").await, "tok-2");
    // Twice in a row is twice.
    let again = anew.rotate_encryption(None).await.unwrap();
    assert_eq!((again.from, again.sealed_anew), (rotation.to, 2));
    assert_eq!(token(&serving, "globex").await, "tok-2");
    serving.close().await;
    anew.close().await;
    // The old file is a wrong key, and says so.
    fs::write(&file, before).unwrap();
    assert_eq!(Store::open(scratch.options()).await.unwrap_err().code(), "wrong_encryption_key");
}
