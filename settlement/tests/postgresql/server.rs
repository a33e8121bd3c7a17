//! A PostgreSQL server of a test's own: in a temporary folder, on a Unix socket, stopped with the test program however
//! that ends.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use tempfile::TempDir;

/// The name of the role that may do everything.
pub(crate) const USER: &str = "cloudpit";
/// It names the socket only: nothing listens on it.
pub(crate) const PORT: u16 = 5432;

/// Keeps the server: does what it reads, and at the end of its input, as when the test program was killed, stops the
/// server. Its arguments are the folder of the data, and how to call `pg_ctl`.
const KEEPER: &str = r#"
trap '' INT TERM HUP
data=$1; shift
start() {
    # After a kill the old processes need a moment to find out.
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        "$@" -D "$data" -l "$data/log" -w start >/dev/null 2>&1 && return
        sleep 0.2
    done
    echo "the server does not start:"; cat "$data/log"
}
start "$@" && echo "done"
while read -r order; do
    case $order in
        kill) kill -KILL "$(head -n 1 "$data/postmaster.pid")" ;;
        start) start "$@" ;;
        stop) "$@" -D "$data" -w -m fast stop >/dev/null 2>&1 ;;
    esac
    echo "done"
done
"$@" -D "$data" -w -m immediate stop >/dev/null 2>&1
rm -rf "$data"
"#;

/// A server that runs until it is dropped, or the program ends.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    keeper: Mutex<Keeper>,
}

struct Keeper {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The server that most tests of this program share, each with a database of its own.
pub(crate) fn shared() -> Option<&'static Server> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(&[])).as_ref()
}

impl Server {
    /// Makes and starts a server with these settings; none where PostgreSQL is not installed.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        // The server runs as somebody else where we are root.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let data = folder.path().join("data");
        let made = as_nobody_special(&programs.join("initdb"))
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"])
            .arg(format!("--username={USER}"))
            .arg("-D")
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let mut file = String::new();
        for setting in [
            &format!("unix_socket_directories = '{}'", folder.path().display()),
            "listen_addresses = ''",
            "shared_buffers = 16MB",
            "max_wal_size = 64MB",
            "autovacuum = off",
        ]
        .iter()
        .chain(settings)
        {
            file.push_str(setting);
            file.push('\n');
        }
        std::fs::write(data.join("postgresql.auto.conf"), file).unwrap();
        let server = Self {
            keeper: Mutex::new(Keeper::start(&data, &programs)),
            folder,
            programs,
        };
        server.keeper.lock().unwrap().answered();
        Some(server)
    }

    /// The folder with its Unix socket.
    pub(crate) fn host(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a database.
    pub(crate) fn make_database(&self, name: &str) {
        let made = Command::new(self.programs.join("createdb"))
            .arg("-h")
            .arg(self.host())
            .args(["-p", &PORT.to_string(), "-U", USER, name])
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    }

    /// Kills the server's first process, as the system does when memory runs out.
    pub(crate) fn kill(&self) {
        self.keeper.lock().unwrap().order("kill");
    }

    /// Stops it as an administrator does.
    pub(crate) fn stop(&self) {
        self.keeper.lock().unwrap().order("stop");
    }

    /// Starts it again.
    pub(crate) fn start_again(&self) {
        self.keeper.lock().unwrap().order("start");
    }
}

impl Keeper {
    fn start(data: &Path, programs: &Path) -> Self {
        let pg_ctl = as_nobody_special(&programs.join("pg_ctl"));
        let mut process = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(data)
            .arg(pg_ctl.get_program())
            .args(pg_ctl.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self {
            process,
            orders,
            answers,
        }
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        self.answered();
    }

    fn answered(&mut self) {
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Without a server there is nothing left to do about it.
        drop(self.process.wait());
    }
}

/// A command that does not run as root, as which no PostgreSQL server runs.
fn as_nobody_special(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| {
        let found = Command::new("id").args(["-u", user]).output();
        found.is_ok_and(|found| found.status.success())
    });
    let user = user.expect("root needs a user postgres or nobody to run a server as");
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={}", group(user)))
        .args(["--clear-groups", "--"])
        .arg(program)
        .current_dir("/");
    command
}

fn is_root() -> bool {
    output("id", &["-u"]) == "0"
}

fn group(user: &str) -> String {
    output("id", &["-g", user])
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The folder of the latest version that is installed. Where there is none: says what is skipped, or fails when
/// `CLOUDPIT_REQUIRE_PROGRAMS=1` says that nothing may be.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let latest = versions
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            let whole = ["initdb", "pg_ctl", "createdb"]
                .iter()
                .all(|program| programs.join(program).exists());
            whole.then_some((version, programs))
        })
        .max();
    if let Some((_, programs)) = latest {
        return Some(programs);
    }
    let required = std::env::var("CLOUDPIT_REQUIRE_PROGRAMS").is_ok_and(|value| value == "1");
    assert!(
        !required,
        "settlement over PostgreSQL: postgresql is not installed"
    );
    // Not `eprintln!`, which the test runner keeps to itself when a test passes.
    writeln!(
        std::io::stderr(),
        "skipped: settlement over PostgreSQL: postgresql is not installed"
    )
    .expect("standard error takes a line");
    None
}
