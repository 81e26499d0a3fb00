//! Which library the v8 crate wants, and under which name it looks for it.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::workspace::{Workspace, variable};

/// Where the v8 crate's build script downloads from, unless `RUSTY_V8_MIRROR` says otherwise.
const RELEASES: &str = "https://github.com/denoland/rusty_v8/releases/download";

/// The library of one V8 version for this machine. Names follow `static_lib_url` and `download_file` in the
/// build script of the v8 crate.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    version: String,
    /// The library's name, not packed.
    library: String,
    file_name: String,
    url: String,
    folder: PathBuf,
}

impl Archive {
    /// The library that this workspace's dependencies ask for.
    pub(crate) fn of_workspace(workspace: &Workspace) -> Result<Self, Failure> {
        let target = target()?;
        let (version, features) = resolved_crate(workspace)?;
        let releases = variable("RUSTY_V8_MIRROR").unwrap_or_else(|| RELEASES.to_owned());
        Ok(Self::named(&version, &features, target, &releases, &workspace.cargo_home().join(".rusty_v8")))
    }

    fn named(version: &str, features: &[String], target: &str, releases: &str, folder: &Path) -> Self {
        let suffix: String = ["v8_enable_pointer_compression", "v8_enable_sandbox", "simdutf"]
            .into_iter()
            .zip(["_ptrcomp", "_sandbox", "_simdutf"])
            .filter(|(feature, _)| features.iter().any(|enabled| enabled == feature))
            .map(|(_, suffix)| suffix)
            .collect();
        let library = format!("librusty_v8{suffix}_release_{target}.a");
        let file_name = format!("{library}.gz");
        let url = format!("{releases}/v{version}/{file_name}");
        Self { version: version.to_owned(), library, file_name, url, folder: folder.to_owned() }
    }

    /// A library of that version in that folder.
    #[cfg(test)]
    pub(crate) fn for_test(version: &str, folder: &Path) -> Self {
        Self::named(version, &[], "x86_64-unknown-linux-gnu", RELEASES, folder)
    }

    /// The v8 crate's version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The name that the release page uses.
    pub(crate) fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The name of the file that this repository carries.
    pub(crate) fn carried_name(&self) -> String {
        format!("{}.xz", self.library)
    }

    /// Whether a file of that name is this library: as it is, or packed with gzip or xz.
    pub(crate) fn is_name_of(&self, name: &str) -> bool {
        name.strip_prefix(&self.library).is_some_and(|ending| matches!(ending, "" | ".gz" | ".xz"))
    }

    /// Where the v8 crate would download it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The folder that the v8 crate's build script looks into.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that it looks for: the URL, with every character but ASCII letters and digits turned into `_`.
    pub(crate) fn installed(&self) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        self.folder.join(self.url.chars().map(plain).collect::<String>())
    }

    /// Where we note the sum of what we installed. The build script does not read this file.
    pub(crate) fn sum_record(&self) -> PathBuf {
        let mut name = self.installed().into_os_string();
        name.push(".sha256");
        PathBuf::from(name)
    }
}

/// The machines that onevent runs on, by the names that the v8 crate uses.
fn target() -> Result<&'static str, Failure> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("x86_64-unknown-linux-gnu"),
        ("linux", "aarch64") => Ok("aarch64-unknown-linux-gnu"),
        (system, machine) => Err(Failure::new(format!("onevent does not run on {system} on {machine}"))
            .next("use Linux on x86-64 or arm64; a container or a virtual machine will do")),
    }
}

/// Version and enabled features of the v8 crate, as cargo resolved them: written down nowhere else.
fn resolved_crate(workspace: &Workspace) -> Result<(String, Vec<String>), Failure> {
    let mut command = workspace.cargo();
    command.args(["tree", "--workspace", "--invert", "v8", "--depth", "0", "--format", "{p}|{f}"]);
    let failed = || {
        Failure::new("cannot ask cargo which version of the v8 crate is used")
            .next("run `cargo tree --invert v8` in the workspace and see what it says")
    };
    let output = process::read(&mut command).ok_or_else(failed)?;
    parse_resolved(&output).ok_or_else(|| failed().detail(format!("cargo answered `{output}`")))
}

fn parse_resolved(output: &str) -> Option<(String, Vec<String>)> {
    let (package, features) = output.lines().next()?.split_once('|')?;
    let version = package.split(' ').nth(1)?.strip_prefix('v')?;
    Some((version.to_owned(), features.split(',').map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installed_name_is_the_one_that_the_build_script_looks_for() {
        let (version, features) = parse_resolved("v8 v150.4.0|simdutf,use_custom_libcxx\n").unwrap();
        let archive =
            Archive::named(&version, &features, "x86_64-unknown-linux-gnu", RELEASES, Path::new("/c"));
        assert_eq!(archive.file_name(), "librusty_v8_simdutf_release_x86_64-unknown-linux-gnu.a.gz");
        assert_eq!(
            archive.installed(),
            Path::new("/c").join(
                "https___github_com_denoland_rusty_v8_releases_download_v150_4_0_\
                 librusty_v8_simdutf_release_x86_64_unknown_linux_gnu_a_gz"
            )
        );
        let plain = Archive::named("1.0.0", &[], "aarch64-unknown-linux-gnu", "http://m", Path::new("/c"));
        assert_eq!(plain.url(), "http://m/v1.0.0/librusty_v8_release_aarch64-unknown-linux-gnu.a.gz");
    }

    #[test]
    fn an_answer_that_is_not_a_package_is_not_guessed_at() {
        assert_eq!(parse_resolved(""), None);
        assert_eq!(parse_resolved("error: nothing"), None);
    }
}
