//! A PostgreSQL server for tests: real, and the tests' own.
//!
//! All tests of a target folder share one, whatever processes they run in. The first one starts it; a small shell waits
//! until nobody has used it for a while, and stops it, however the tests ended. A test that crashes a server starts one
//! for itself. Neither runs as root, which PostgreSQL refuses.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What to do on a machine without PostgreSQL.
const MISSING: &str = "these tests start a PostgreSQL server of their own, and there is none on this machine: install the \
                       packages postgresql and pgbouncer (Debian: apt-get install postgresql pgbouncer)";
/// Names the folder with the programs of a server of another version; `psql` and `pg_isready` stay those of the machine.
const OTHER_PROGRAMS: &str = "POSTGRES_UNDER_TEST";
/// Who may do everything on the server.
const SUPERUSER: &str = "postgres";
/// Who owns the databases: nobody special.
const ROLE: &str = "app";
/// Stops the server once nobody held the lock on its users for a while.
const ATTENDANT: &str = r#"
idle=0
while [ "$idle" -lt 3 ]; do
    sleep 4
    [ -e "$1" ] || exit 0
    if flock -n -x "$1" true; then idle=$((idle + 1)); else idle=0; fi
done
exec flock -x "$1" "$2/pg_ctl" -D "$3" -m immediate -w stop
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Those of the server itself.
    programs: PathBuf,
    /// Those that talk to it.
    clients: PathBuf,
    folder: PathBuf,
    port: u16,
    ends: Ends,
}

/// When a server ends.
#[derive(Debug)]
enum Ends {
    /// With its value; some time after its process, where that was killed.
    WithItsValue { _lock: File },
    /// Some time after the last process that holds this lock.
    AfterItsUsers { _lock: File },
}

/// How much a server does for what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing reaches the disk in time: a server that is never crashed.
    None,
    /// As in production.
    Full,
}

/// An empty database of its own.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    name: String,
    port: u16,
    clients: PathBuf,
}

impl Server {
    /// The server that all tests share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::join)
    }

    /// A server that nobody else uses. It is stopped when the value is dropped.
    pub(crate) fn own(durability: Durability) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("onevent-postgres-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        create_folder(&folder);
        let users = open(&folder.join("users"));
        users.lock_shared().expect("cannot lock a file");
        let ends = Ends::WithItsValue { _lock: users };
        let (programs, clients) = (programs(), machines_programs());
        let server = Self { programs, clients, folder, port: free_port(), ends };
        server.initialize();
        server.configure(durability);
        server.start();
        server.create_role();
        server.attend();
        server
    }

    fn join() -> Self {
        let (programs, clients) = (programs(), machines_programs());
        let folder = std::env::temp_dir().join(format!("onevent-postgres-{:016x}", place(&programs)));
        create_folder(&folder);
        let users = open(&folder.join("users"));
        users.lock_shared().expect("cannot lock a file");
        let starting = open(&folder.join("starting"));
        starting.lock().expect("cannot lock a file");
        let ends = Ends::AfterItsUsers { _lock: users };
        let port = fs::read_to_string(folder.join("port")).ok().and_then(|port| port.parse().ok());
        let mut server = Self { programs, clients, folder, port: port.unwrap_or(0), ends };
        if port.is_some() && server.answers() {
            return server;
        }
        server.port = free_port();
        // What is left of a server that was ended in the middle of something is of no use.
        let _ = fs::remove_dir_all(server.data());
        server.initialize();
        server.configure(Durability::None);
        server.start();
        server.create_role();
        server.attend();
        fs::write(server.folder.join("port"), server.port.to_string()).expect("cannot write a file");
        server
    }

    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// An empty database, which an ordinary role owns.
    pub(crate) fn database(&self) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Not the process's number alone: the server may have seen one of that number before.
        let name =
            format!("t{}_{number}_{:x}", std::process::id(), RandomState::new().build_hasher().finish());
        self.sql(&format!("CREATE DATABASE {name} OWNER {ROLE}"));
        Database { name, port: self.port, clients: self.clients.clone() }
    }

    /// Ends it without giving it time for anything, as a crash does.
    pub(crate) fn crash(&self) {
        self.run("pg_ctl", &["-m", "immediate", "-w", "stop"]);
    }

    /// Starts it, after a crash too, and waits until it answers.
    pub(crate) fn start(&self) {
        let log = self.folder.join("log");
        self.run("pg_ctl", &["-w", "-t", "60", "-s", "-l", &log.display().to_string(), "start"]);
    }

    fn initialize(&self) {
        self.run("initdb", &["-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
    }

    fn configure(&self, durability: Durability) {
        let fsync = match durability {
            Durability::None => "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n",
            Durability::Full => "",
        };
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\nmax_connections = 400\n{fsync}",
            self.port,
            self.folder.display()
        );
        let path = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&path).expect("cannot read a file");
        fs::write(&path, before + &settings).expect("cannot write a file");
    }

    fn create_role(&self) {
        let known = format!("SELECT FROM pg_roles WHERE rolname = '{ROLE}'");
        self.sql(&format!(
            "DO $$ BEGIN IF NOT EXISTS ({known}) THEN CREATE ROLE {ROLE} LOGIN; END IF; END $$"
        ));
    }

    #[allow(clippy::zombie_processes, reason = "it outlives whoever starts it: that is what it is for")]
    fn attend(&self) {
        let mut shell = Command::new("setsid");
        shell.args(["sh", "-c", ATTENDANT, "onevent-postgres"]);
        shell.arg(self.folder.join("users")).arg(&self.programs).arg(self.data());
        as_nobody_special(&mut shell);
        shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().expect("cannot start the shell that stops the server");
    }

    fn answers(&self) -> bool {
        let mut command = Command::new(self.clients.join("pg_isready"));
        command.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.status().is_ok_and(|status| status.success())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(self.data()).args(arguments).current_dir(&self.folder);
        as_nobody_special(&mut command);
        // A server that is started keeps what it inherits.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().expect("cannot start a program of PostgreSQL");
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}: {status}\n{log}");
    }

    fn sql(&self, text: &str) {
        sql(&self.clients, self.port, SUPERUSER, "postgres", text);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        match self.ends {
            Ends::WithItsValue { .. } => {
                let mut stop = Command::new(self.programs.join("pg_ctl"));
                stop.arg("-D").arg(self.data()).args(["-m", "immediate", "-w", "-s", "stop"]);
                as_nobody_special(&mut stop);
                let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
                let _ = fs::remove_dir_all(&self.folder);
            }
            Ends::AfterItsUsers { .. } => {}
        }
    }
}

impl Database {
    /// Its URL, for its owner.
    pub(crate) fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// Its URL behind another port, such as a pooler's.
    pub(crate) fn url_at(&self, port: u16) -> String {
        format!("postgres://{ROLE}:unasked@127.0.0.1:{port}/{}", self.name)
    }

    /// Runs statements, and answers with what they print.
    pub(crate) fn sql(&self, text: &str) -> String {
        sql(&self.clients, self.port, SUPERUSER, &self.name, text)
    }
}

fn sql(clients: &Path, port: u16, user: &str, database: &str, text: &str) -> String {
    let mut command = Command::new(clients.join("psql"));
    command.args([
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        "127.0.0.1",
        "-U",
        user,
        "-d",
        database,
    ]);
    command.args(["-p", &port.to_string(), "-c", text]);
    let output = command.output().expect("cannot start psql");
    assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// The server's programs: those that are to be tested, or the machine's.
#[allow(clippy::disallowed_methods, reason = "whoever starts the tests says which server they are about")]
fn programs() -> PathBuf {
    std::env::var_os(OTHER_PROGRAMS).map_or_else(machines_programs, PathBuf::from)
}

/// The newest PostgreSQL on the machine: where Debian puts it, or on the path.
fn machines_programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max();
    let on_path = || {
        let found = Command::new("sh").args(["-c", "command -v initdb"]).output().ok()?;
        Some(Path::new(String::from_utf8(found.stdout).ok()?.trim()).parent()?.to_owned())
    };
    newest
        .map(|(_, programs)| programs)
        .or_else(on_path)
        .filter(|programs| programs.is_absolute())
        .unwrap_or_else(|| panic!("{MISSING}"))
}

/// Which tests share a server: those that were built in one place, and are about the same programs.
fn place(programs: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = own.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap_or(own);
    (workspace, owner(), programs).hash(&mut hasher);
    hasher.finish()
}

fn open(path: &Path) -> File {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()));
    // The attendant is somebody else.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o666));
    file
}

fn create_folder(folder: &Path) {
    let made = DirBuilder::new().recursive(true).mode(0o755).create(folder);
    made.unwrap_or_else(|error| panic!("cannot create {}: {error}", folder.display()));
    if let Some((user, group)) = owner() {
        chown(folder, Some(user), Some(group)).expect("cannot give a folder to another user");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("no free port");
    listener.local_addr().expect("a listener has an address").port()
}

/// Runs a command as whoever the server belongs to.
pub(crate) fn as_nobody_special(command: &mut Command) {
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
}

/// Whom a server belongs to that root starts; `None` where somebody else does, who can do so himself.
fn owner() -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}
