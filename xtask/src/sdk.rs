//! The SDK bundle: js-sdk and its npm packages as one generated file, which the engine bakes into its snapshot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::digest;
use crate::failure::Failure;
use crate::npm;
use crate::process;
use crate::terminal;
use crate::workspace::Workspace;

/// The oldest Node that js-sdk is built and tested with.
const OLDEST_NODE: u32 = 20;

/// Installs packages and generates the bundle, each only where its inputs changed; returns the bundle's path.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let sdk = Sdk { folder: workspace.root().join("js-sdk") };
    let bundle = sdk.folder.join("dist/sdk.js");
    let node = check_node()?;
    npm::install(&sdk.folder, "js-sdk")?;
    let inputs = sdk.inputs(&node)?;
    if bundle.is_file() && read(&sdk.bundle_stamp()) == Some(inputs.clone()) {
        terminal::done("SDK", "the bundle is up to date");
        return Ok(bundle);
    }
    terminal::step("SDK", "generating the bundle");
    let _ = fs::remove_file(sdk.bundle_stamp());
    process::run(Command::new("node").arg("build.mjs").current_dir(&sdk.folder))
        .map_err(|failure| failure.next("read the messages of build.mjs above"))?;
    let size = fs::metadata(&bundle)
        .map_err(|error| Failure::io(format!("build.mjs did not write {}", bundle.display()), &error))?
        .len();
    write(&sdk.bundle_stamp(), &inputs)?;
    terminal::done("SDK", format!("{} ({} KB)", bundle.display(), size / 1000));
    Ok(bundle)
}

/// Runs js-sdk's own tests.
pub(crate) fn test(workspace: &Workspace) -> Result<(), Failure> {
    terminal::step("testing", "js-sdk");
    process::run(Command::new("npm").arg("test").current_dir(workspace.root().join("js-sdk")))
        .map_err(|failure| failure.next("repeat only these tests: npm test in js-sdk"))
}

struct Sdk {
    folder: PathBuf,
}

impl Sdk {
    fn bundle_stamp(&self) -> PathBuf {
        self.folder.join("dist/.onevent-inputs")
    }

    /// One sum over everything that the bundle is made from.
    fn inputs(&self, node: &str) -> Result<String, Failure> {
        let mut files: Vec<PathBuf> = [
            "package.json",
            "package-lock.json",
            "tsconfig.json",
            "build.mjs",
            "build-scripts.mjs",
            "scripts.mjs",
        ]
        .into_iter()
        .map(|name| self.folder.join(name))
        .collect();
        collect(&self.folder.join("src"), &mut files)
            .map_err(|error| Failure::io("cannot read js-sdk/src", &error))?;
        files.sort();
        Ok(format!("{} {node}", sum(&self.folder, &files)?))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The version of Node, once it is known to be new enough and to have npm.
fn check_node() -> Result<String, Failure> {
    let advice = || format!("install Node {OLDEST_NODE} or newer with npm, and put both on the PATH");
    let version = process::read(Command::new("node").arg("--version"))
        .ok_or_else(|| Failure::new("node was not found").next(advice()))?;
    let major = major_version(&version)
        .ok_or_else(|| Failure::new(format!("node says its version is `{version}`")).next(advice()))?;
    if major < OLDEST_NODE {
        return Err(Failure::new(format!("node is {version}, which is too old")).next(advice()));
    }
    if !process::exists("npm") {
        return Err(Failure::new("node is there, but npm is not").next(advice()));
    }
    Ok(version)
}

fn major_version(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn sum(base: &Path, files: &[PathBuf]) -> Result<String, Failure> {
    digest::of_files(base, files).map_err(|error| Failure::io("cannot read the files of js-sdk", &error))
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major_version("v20.11.1"), Some(20));
        assert_eq!(major_version("20.11.1"), None);
    }

    #[test]
    fn every_file_below_src_counts_as_an_input() {
        let folder = tempfile::tempdir().unwrap();
        let sdk = Sdk { folder: folder.path().to_owned() };
        fs::create_dir_all(folder.path().join("src/deep")).unwrap();
        fs::write(folder.path().join("src/deep/a.ts"), "1").unwrap();
        let before = sdk.inputs("v20.0.0").unwrap();
        assert_eq!(before, sdk.inputs("v20.0.0").unwrap());
        fs::write(folder.path().join("src/deep/a.ts"), "2").unwrap();
        assert_ne!(before, sdk.inputs("v20.0.0").unwrap());
        assert_ne!(sdk.inputs("v20.0.0").unwrap(), sdk.inputs("v22.0.0").unwrap());
    }
}
