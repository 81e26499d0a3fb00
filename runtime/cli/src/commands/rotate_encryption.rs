//! `onevent keys rotate-encryption`: another key for what is encrypted.

use onevent_app::RotatedDatabase;
use onevent_store::OldKey;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{GOOD, NAME, Reply, clean, paint};
use crate::session::Session;

/// What was done to one database.
#[derive(Serialize)]
struct Rotated {
    database: String,
    from_key: String,
    to_key: String,
    sealed_anew: u64,
    old_key: &'static str,
}

#[derive(Serialize)]
struct Document {
    databases: Vec<Rotated>,
}

impl From<&RotatedDatabase> for Rotated {
    fn from(RotatedDatabase { name, rotation }: &RotatedDatabase) -> Self {
        Self {
            database: name.to_string(),
            from_key: rotation.from.to_string(),
            to_key: rotation.to.to_string(),
            sealed_anew: rotation.sealed_anew,
            old_key: match rotation.old_key {
                OldKey::Gone => "gone",
                OldKey::StillOpens => "still_opens",
            },
        }
    }
}

/// Replaces the key.
pub(crate) async fn rotate(session: &Session) -> Result<Reply, Failure> {
    let rotated = session.service.rotate_encryption().await?;
    let mut text = String::new();
    for one in &rotated {
        let Rotated { database, from_key, to_key, sealed_anew, .. } = one.into();
        text.push_str(&format!(
            "{} {}: key {to_key} instead of {from_key}; {sealed_anew} values encrypted anew\n",
            paint(GOOD, "✓"),
            paint(NAME, &clean(&database))
        ));
    }
    let still = rotated.iter().any(|one| one.rotation.old_key == OldKey::StillOpens);
    let document = Document { databases: rotated.iter().map(Rotated::from).collect() };
    let reply = Reply::new(&document, text)?;
    Ok(match (rotated.is_empty(), still) {
        (true, _) => reply.note("there is no database yet\n"),
        (false, true) => reply.note(
            "the old key still opens it: start every process with the new one in ONEVENT_ENCRYPTION_KEY, then run this \
             command with it once more\n",
        ),
        (false, false) => reply,
    })
}
