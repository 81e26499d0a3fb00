//! Where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// This workspace and the cargo that drives it.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    cargo_home: PathBuf,
    binaries: PathBuf,
}

impl Workspace {
    /// Finds the workspace that this program was built from.
    pub(crate) fn locate() -> Result<Self, Failure> {
        // Cargo sets the variable for `cargo xtask`; the compiled-in path is for the bare binary.
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package
            .parent()
            .map(Path::to_path_buf)
            .ok_or_else(|| Failure::new(format!("{} has no parent folder", package.display())))?;
        let program = env::current_exe()
            .map_err(|error| Failure::io("cannot find the folder of the xtask program", &error))?;
        let binaries = program
            .parent()
            .map(Path::to_path_buf)
            .ok_or_else(|| Failure::new(format!("{} has no parent folder", program.display())))?;
        Ok(Self { root, cargo_home: cargo_home()?, binaries })
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `$CARGO_HOME`, or its default.
    pub(crate) fn cargo_home(&self) -> &Path {
        &self.cargo_home
    }

    /// The folder where cargo puts binaries of that profile folder (`debug`, `release`): beside xtask's own.
    pub(crate) fn binaries(&self, profile_folder: &str) -> PathBuf {
        self.binaries.with_file_name(profile_folder)
    }

    /// The folder for everything that is built: `target`, or what `CARGO_TARGET_DIR` says.
    pub(crate) fn target(&self) -> &Path {
        self.binaries.parent().unwrap_or(&self.root)
    }

    /// The cargo that runs us, started in the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        command
    }
}

fn cargo_home() -> Result<PathBuf, Failure> {
    if let Some(home) = variable("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    env::home_dir()
        .map(|home| home.join(".cargo"))
        .ok_or_else(|| Failure::new("neither CARGO_HOME nor a home folder is known").next("set CARGO_HOME"))
}

/// An environment variable, where it is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
