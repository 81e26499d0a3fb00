//! Nango's own provider file, installed from npm at run time: it is not ours to keep, and it must parse as it is.

use std::process::Command;

use onevent_proxy::Providers;

#[test]
fn nangos_provider_file_parses_unmodified_and_completely() {
    let folder = tempfile::tempdir().unwrap();
    let installed = Command::new("npm")
        .args([
            "install",
            "@nangohq/providers",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .arg("--prefix")
        .arg(folder.path())
        .current_dir(folder.path())
        .output()
        .expect("npm is needed for this test: install Node with npm");
    assert!(
        installed.status.success(),
        "npm could not install @nangohq/providers; this test needs the npm registry:\n{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    let file = folder.path().join("node_modules/@nangohq/providers/providers.yaml");
    let text = std::fs::read_to_string(&file).expect("the package holds providers.yaml");

    // Counted without the parser under test: every entry is a key at the beginning of a line.
    let starts_entry =
        |line: &str| line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"' || c == '\'');
    let expected = text.lines().filter(|line| starts_entry(line)).count();

    let providers = Providers::from_yaml(&text, "providers.yaml").unwrap();
    let supported = providers.iter().filter(|provider| provider.supported_auth_mode().is_some()).count();
    println!(
        "{} of {expected} entries parsed; {supported} have an auth mode that onevent supports",
        providers.len()
    );
    assert_eq!(providers.len(), expected);
    assert!(expected > 900, "the file holds {expected} entries only");

    // On top of the built-in ones as well, which is what --providers does.
    let both = Providers::builtin().unwrap().extended(&text, "providers.yaml").unwrap();
    assert!(both.len() >= expected);
    let salesforce = both.get("salesforce").unwrap();
    assert_eq!(salesforce.proxy.base_url.as_deref(), Some("${connectionConfig.instance_url}"));
}
