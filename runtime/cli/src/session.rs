//! What every command works with: the service over the project, and where paths start from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onevent_app::{ConfigError, Service, ServiceError, Surroundings};
use onevent_store::{ConnectionKey, Store, StoreError, StoredConnection, Visibility};

use crate::args::needs::Needs;
use crate::args::{Cli, Command, Target};
use crate::failure::Failure;
use crate::output::WirePrinter;

/// One command's project and settings.
#[derive(Debug)]
pub(crate) struct Session {
    /// The parts of onevent over the project.
    pub(crate) service: Arc<Service>,
    /// The current folder: where `@FILE` starts from.
    pub(crate) directory: PathBuf,
}

impl Session {
    /// Finds the project and reads its settings.
    ///
    /// # Errors
    /// No project, or a mistake in the settings.
    pub(crate) fn start(cli: &Cli, surroundings: &Surroundings) -> Result<Self, Failure> {
        let global = &cli.global;
        let find = match cli.command {
            Command::Test(_) => onevent_app::find_for_tests,
            _ => onevent_app::find,
        };
        let found = find(global.project.as_deref(), &surroundings.directory);
        let folder = match found {
            Err(ConfigError::NoProjectAround { folder })
                if does_without_project(cli, &folder, surroundings) =>
            {
                folder
            }
            // What a server does needs no project on this machine.
            Err(_) if is_on_a_server(cli, surroundings) && global.project.is_none() => {
                surroundings.directory.clone()
            }
            found => found?,
        };
        let flags = match &cli.command {
            Command::Serve(args) => args.flags(global),
            _ => global.flags(),
        };
        let service = Arc::new(Service::new(folder, &flags, surroundings)?);
        if !matches!(cli.command, Command::Serve(_)) {
            service.expect_one_command();
            // With --json everything is in the document, and nothing elsewhere.
            if global.verbose && !global.json {
                service.show_requests(Arc::new(WirePrinter));
            }
        }
        Ok(Self { service, directory: surroundings.directory.clone() })
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.service.folder()
    }

    /// The database that the session's environment lives in, if there is one.
    ///
    /// # Errors
    /// As [`Service::existing_store_of`].
    pub(crate) async fn existing_store(&self) -> Result<Option<&Store>, ServiceError> {
        self.service.existing_store_of(self.service.environment()).await
    }

    /// The connection that a command names, in the session's environment.
    pub(crate) fn key(&self, target: &Target) -> ConnectionKey {
        ConnectionKey::new(
            self.service.environment().clone(),
            target.integration.clone(),
            target.connection_id.clone(),
        )
    }
}

/// The folder that databases lie in.
const DATABASES: &str = ".onevent";
/// What names a database, where no flag does.
const DATABASE_VARIABLE: &str = "ONEVENT_DATABASE_URL";
/// How variables begin and end that name the database of one environment.
const DATABASE_VARIABLES: (&str, &str) = ("ONEVENT_ENVIRONMENTS_", "_DATABASE_URL");
/// What names a running server, where no flag does.
const SERVER_VARIABLE: &str = "ONEVENT_SERVER_URL";

fn does_without_project(cli: &Cli, folder: &Path, surroundings: &Surroundings) -> bool {
    match cli.command.needs() {
        Needs::Project => false,
        Needs::Database => {
            cli.global.database.is_some()
                || surroundings.variables.keys().any(|variable| names_a_database(variable))
                || holds_databases(&folder.join(DATABASES))
        }
        Needs::DatabaseIfAny | Needs::Nothing => true,
    }
}

/// What lies beside databases, and where there are none.
const BESIDE_DATABASES: [&str; 2] = ["cache", ".gitignore"];

fn holds_databases(folder: &Path) -> bool {
    let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
    found.into_iter().any(|entry| BESIDE_DATABASES.iter().all(|name| entry.file_name() != *name))
}

/// Whether a variable names the main database, or that of an environment.
fn names_a_database(variable: &str) -> bool {
    let (before, after) = DATABASE_VARIABLES;
    variable == DATABASE_VARIABLE || (variable.starts_with(before) && variable.ends_with(after))
}

fn is_on_a_server(cli: &Cli, surroundings: &Surroundings) -> bool {
    let is_named = cli.global.server.is_some() || surroundings.variables.contains_key(SERVER_VARIABLE);
    is_named && cli.command.is_for_a_server()
}

/// An established connection with its credentials.
///
/// # Errors
/// `unknown_connection`, and all of the store.
pub(crate) async fn connection(
    store: Option<&Store>,
    key: &ConnectionKey,
) -> Result<StoredConnection, StoreError> {
    let found = match store {
        Some(store) => store.connection(key, Visibility::Established).await?,
        None => None,
    };
    found.ok_or_else(|| StoreError::UnknownConnection { key: key.clone() })
}
