//! Turns the templates that come with this crate into JSON, which takes a tenth of the time to read: every command that
//! knows an integration reads them.

use std::path::PathBuf;

const FILES: [&str; 2] = ["providers", "providers-paginated"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for name in FILES {
        println!("cargo::rerun-if-changed={name}.yaml");
        if let Err(message) = convert(name) {
            println!("cargo::error={name}.yaml: {message}");
            std::process::exit(1);
        }
    }
}

fn convert(name: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(format!("{name}.yaml")).map_err(|error| error.to_string())?;
    let mut templates: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(&text).map_err(|error| error.to_string())?;
    templates.apply_merge().map_err(|error| error.to_string())?;
    let json = serde_json::to_string(&templates).map_err(|error| error.to_string())?;
    std::fs::write(out_dir()?.join(name).with_extension("json"), json).map_err(|error| error.to_string())
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folder through the environment"
)]
fn out_dir() -> Result<PathBuf, String> {
    std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| "cargo did not set OUT_DIR".to_owned())
}
