//! Provider templates: the built-in ones, and those of the file that the settings name.

use std::path::PathBuf;
use std::sync::Arc;

use onevent_engine::read_text;
use onevent_proxy::Providers;

use crate::config::origin::Sourced;
use crate::error::{ConfigError, ConfigFile};
use crate::location::Location;

/// The largest file of templates that is read, in bytes. Nango's own has half a megabyte.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the built-in templates, and the file on top.
///
/// # Errors
/// When the file cannot be read, with the line where one is known.
pub(crate) fn load(file: Option<&Sourced<PathBuf>>) -> Result<Providers, ConfigError> {
    let builtin = Providers::builtin().map_err(|error| ConfigError::Internal(error.to_string()))?;
    let Some(Sourced { value: path, .. }) = file else { return Ok(builtin) };
    let text = read_text(path, MAX_BYTES).map_err(|error| ConfigError::Unreadable {
        file: ConfigFile::Providers,
        path: path.clone(),
        error,
    })?;
    let name = path.display().to_string();
    builtin.extended(&text, &name).map_err(|error| {
        let line = error.line().and_then(|line| u32::try_from(line).ok());
        let location =
            line.map(|line| Box::new(Location::of_position(&name, &Arc::from(text.as_str()), line, 1)));
        ConfigError::Providers { error, location }
    })
}
