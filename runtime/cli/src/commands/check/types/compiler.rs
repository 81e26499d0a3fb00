//! Finding TypeScript's native compiler.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::args::WantedTypes;
use crate::exit::ExitCode;
use crate::failure::Failure;

/// The oldest version of TypeScript that is a native program.
const OLDEST_NATIVE: u64 = 7;

/// The packages with a native compiler: what they are called, what the packages with its program begin with, and the program.
const PACKAGES: [(&str, &str, &str); 2] = [
    ("typescript", "@typescript/typescript", "tsc"),
    ("@typescript/native-preview", "@typescript/native-preview", "tsgo"),
];

/// TypeScript's compiler.
#[derive(Debug)]
pub(crate) struct Compiler {
    pub(super) program: PathBuf,
}

impl Compiler {
    /// The compiler to use; `None` where there is none, or nobody wants it.
    ///
    /// # Errors
    /// There has to be one.
    pub(super) fn find(project: &Path, wanted: &WantedTypes) -> Result<Option<Self>, Failure> {
        let missing = |message: String| Failure::new(ExitCode::Usage, "compiler_not_found", message);
        match wanted {
            WantedTypes::No => Ok(None),
            WantedTypes::By(program) if program.is_file() => Ok(Some(Self { program: program.clone() })),
            WantedTypes::By(program) => {
                Err(missing(format!("--tsc: there is no program {}", program.display())))
            }
            WantedTypes::WherePossible => Ok(of_project(project)),
            WantedTypes::Yes => match of_project(project) {
                Some(compiler) => Ok(Some(compiler)),
                None => Err(missing(self::missing(project))),
            },
        }
    }
}

fn of_project(project: &Path) -> Option<Compiler> {
    let modules = project.join("node_modules");
    let found = PACKAGES.iter().find_map(|(package, platform, program)| {
        let manifest = modules.join(package).join("package.json");
        if !version(&manifest).is_some_and(|version| is_native(&version)) {
            return None;
        }
        // Beside the package as it really lies: stores such as pnpm's link to it.
        let folder = manifest.canonicalize().ok()?.parent()?.to_owned();
        let beside = folder
            .ancestors()
            .find(|folder| folder.file_name().is_some_and(|name| name == "node_modules"))?;
        let own = format!("{platform}-{}-{}/lib/{program}", os()?, architecture()?);
        let native = [folder.join("node_modules"), beside.to_owned(), modules.clone()];
        let script = modules.join(".bin").join(program);
        native.into_iter().map(|modules| modules.join(&own)).chain([script]).find(|program| program.is_file())
    });
    found.map(|program| Compiler { program })
}

/// What to do where there is no compiler.
pub(super) fn missing(project: &Path) -> String {
    let why = match version(&project.join("node_modules/typescript/package.json")) {
        Some(version) => format!(
            "the project has TypeScript {version}, and TypeScript 7 is the first with a native compiler"
        ),
        None => "there is no TypeScript 7 in the project's node_modules".to_owned(),
    };
    format!(
        "types were not checked: {why}; `npm install --save-dev typescript@7`, or name a compiler with --tsc"
    )
}

fn version(manifest: &Path) -> Option<String> {
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(manifest).ok()?).ok()?;
    manifest["version"].as_str().map(str::to_owned)
}

fn is_native(version: &str) -> bool {
    version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u64>().ok())
        .is_some_and(|major| major >= OLDEST_NATIVE)
}

/// As npm's packages are called.
fn os() -> Option<&'static str> {
    match std::env::consts::OS {
        "linux" => Some("linux"),
        "macos" => Some("darwin"),
        _ => None,
    }
}

fn architecture() -> Option<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Some("x64"),
        "aarch64" => Some("arm64"),
        _ => None,
    }
}
