//! A database that cannot be written, or cannot be read: what is told, and what is there afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use onevent_contract::SystemClock;
use onevent_store::{DatabaseUrl, KeySource, SchemaName, Store, StoreMode, StoreOptions};
use serde_json::json;
use tempfile::TempDir;

use crate::world::{CommandOutput, World, program};

/// A file system of its own, of a few megabytes.
pub(crate) struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where only root may mount one, and this is not root: what a limit on files shows is tested everywhere.
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(folder))
    }

    /// The URL of a database on it.
    pub(crate) fn database(&self) -> String {
        database_in(self.0.path())
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let status = Command::new("mount").args(["-o", &options]).arg(self.0.path()).status().unwrap();
        assert!(status.success(), "{options}");
    }

    /// Takes all the room that is left. Removing the file gives it back.
    pub(crate) fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filler");
        let filled = Command::new("dd")
            .args(["if=/dev/zero", "bs=4096"])
            .arg(format!("of={}", path.display()))
            .output();
        assert!(!filled.unwrap().status.success(), "the disk is full");
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn world() -> World {
    World::validating("await nango.setMetadata({ org: 'x' });")
}

fn database_in(folder: &Path) -> String {
    format!("sqlite:{}/onevent.sqlite3", folder.display())
}

fn ids(list: &CommandOutput) -> Vec<&str> {
    let connections = list.document["connections"].as_array().unwrap();
    connections.iter().map(|connection| connection["connection_id"].as_str().unwrap()).collect()
}

#[test]
fn on_a_full_disk_nothing_is_half_made_and_with_room_all_goes_on() {
    let Some(disk) = SmallDisk::mount("4m") else { return eprintln!("not tested: only root mounts a disk") };
    let (world, database) = (world(), disk.database());
    let on_it = ["--database", database.as_str()];
    let list = || world.run(&[&["connection", "list"], on_it.as_slice()].concat());
    world.create_with("before", "first", &on_it).exits(0);
    let filler = disk.fill();
    let refused = world.create_with("during", "first", &on_it).exits(12);
    assert_eq!(refused.error_code(), "database_full", "{:#}", refused.document);
    fs::remove_file(filler).unwrap();
    assert_eq!(ids(&list().exits(0)), ["before"]);
    world.create_with("during", "first", &on_it).exits(0);
    assert_eq!(ids(&list().exits(0)).len(), 2);
}

/// The same command, of which no file may grow beyond so many bytes.
pub(crate) fn limited(command: &Command, bytes: u64) -> Command {
    // The signal that comes with it would end the process: it is ignored, as services and containers have it.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
    let mut limited = Command::new("sh");
    limited.args(["-c", &script]).arg(program()).args(command.get_args()).env_clear();
    limited.current_dir(command.get_current_dir().unwrap());
    limited.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    limited
}

#[test]
fn where_a_file_may_not_grow_a_write_fails_and_nothing_is_changed() {
    let world = world();
    world.create("acme", "first").exits(0);
    let database = world.path().join(".onevent/onevent.sqlite3");
    let before = fs::metadata(&database).unwrap().len();
    let large = format!("{{\"text\": \"{}\"}}", "x".repeat(900_000));
    world.file("large.json", &large);
    let set = ["connection", "metadata", "set", "salesforce", "acme", "@large.json"];
    let refused = limited(&world.command(&set), before + 64 * 1024).output().unwrap();
    let refused = CommandOutput::of(&refused).exits(12);
    assert!(["database_full", "database_failed"].contains(&refused.error_code()), "{:#}", refused.document);
    assert_eq!(world.metadata("acme"), json!({ "org": "x" }));
    // With room it is what was asked for: the limit was the reason.
    world.run(&set).exits(0);
    assert_eq!(world.metadata("acme")["text"].as_str().unwrap().len(), 900_000);
}

#[test]
fn a_database_on_a_read_only_disk_is_told_and_left_as_it_is() {
    let Some(disk) = SmallDisk::mount("4m") else { return eprintln!("not tested: only root mounts a disk") };
    let (world, database) = (world(), disk.database());
    let on_it = ["--database", database.as_str()];
    world.create_with("acme", "first", &on_it).exits(0);
    let files = || -> Vec<(String, u64)> {
        let mut files: Vec<_> = fs::read_dir(disk.0.path())
            .unwrap()
            .map(Result::unwrap)
            .map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len()))
            .collect();
        files.sort();
        files
    };
    let before = files();
    disk.remount("ro");
    let refused = world.create_with("other", "first", &on_it).exits(12);
    assert_eq!(refused.error_code(), "database_not_writable", "{:#}", refused.document);
    assert_eq!(files(), before);
    disk.remount("rw");
    world.create_with("other", "first", &on_it).exits(0);
}

/// The pages behind the first ones are noise.
fn damage(database: &Path) -> Vec<u8> {
    let mut bytes = fs::read(database).unwrap();
    assert!(bytes.len() > 100_000, "{}", bytes.len());
    for (place, byte) in bytes.iter_mut().enumerate().skip(4096) {
        *byte = (place % 251) as u8;
    }
    fs::write(database, &bytes).unwrap();
    bytes
}

#[test]
fn a_damaged_file_is_told_and_left_as_it_is() {
    let world = world();
    world.create("acme", "first").exits(0);
    let database = world.path().join(".onevent/onevent.sqlite3");
    let whole = fs::read(&database).unwrap();
    let text = b"this is no database ".repeat(500);
    for damaged in [damage(&database), text] {
        fs::write(&database, &damaged).unwrap();
        for arguments in [
            &["connection", "list"][..],
            &["connection", "get", "salesforce", "acme"],
            &["connection", "metadata", "set", "salesforce", "acme", "{}"],
            &["runs", "list"],
            &["dryrun", "check", "acme"],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let answer = world.run(arguments).exits(12);
            assert_eq!(answer.error_code(), "database_corrupt", "{arguments:?}: {:#}", answer.document);
            assert!(answer.document["error"]["hint"].as_str().unwrap().contains("backup"));
        }
        assert!(fs::read(&database).unwrap() == damaged, "it may still be saved");
    }
    fs::write(&database, whole).unwrap();
    assert_eq!(world.metadata("acme"), json!({ "org": "x" }), "the probe works");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_process_holds_locked_is_waited_for_and_then_told() {
    let world = world();
    world.create("acme", "first").exits(0);
    let options = StoreOptions {
        url: DatabaseUrl::sqlite(world.path().join(".onevent/onevent.sqlite3")),
        schema: SchemaName::default(),
        listen_url: None,
        key: KeySource::File,
        mode: StoreMode::ReadWrite,
        clock: Arc::new(SystemClock),
    };
    let store = Store::open(options).await.unwrap();
    let held = store.begin().await.unwrap();
    let set = ["connection", "metadata", "set", "salesforce", "acme", r#"{"org": "y"}"#];
    let refused = world.run(&set).exits(12);
    assert_eq!(refused.error_code(), "database_busy", "{:#}", refused.document);
    // Whoever reads is in nobody's way.
    assert_eq!(world.metadata("acme"), json!({ "org": "x" }));
    drop(held);
    world.run(&set).exits(0);
    assert_eq!(world.metadata("acme"), json!({ "org": "y" }));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let world = world();
    // A file where a folder has to be: root is stopped by that as well.
    fs::write(world.path().join("file"), "").unwrap();
    let database = database_in(&world.path().join("file"));
    let refused = world.create_with("acme", "first", &["--database", &database]).exits(12);
    assert_eq!(refused.error_code(), "database_io");
    assert!(
        refused.document["error"]["message"].as_str().unwrap().contains("file"),
        "{:#}",
        refused.document
    );
}
