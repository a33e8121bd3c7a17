//! The QuickFIX client as a program: built once from `interop/quickfix_client.cpp`, and the data dictionaries that it
//! loads.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tests::requirements::installed;

/// The venue's program.
pub(crate) const VENUE: &str = env!("CARGO_BIN_EXE_venue-under-test");

/// Where an installation of QuickFIX puts its own dictionary, if it does: Debian's packages leave it out.
const STANDARD_DICTIONARIES: [&str; 2] = [
    "/usr/share/quickfix/FIX44.xml",
    "/usr/local/share/quickfix/FIX44.xml",
];

/// The client's program; `None` when what it is built with is not installed, which says that `what` is skipped.
pub(crate) fn client(what: &str) -> Option<&'static Path> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let compiler = compiles("int main() {}", &[]);
    let library = compiler
        && compiles(
            "#include <quickfix/Session.h>\nint main() {}",
            &["-lquickfix"],
        );
    installed(what, &[("g++", compiler), ("libquickfix-dev", library)])
        .then(|| BUILT.get_or_init(build).as_path())
}

fn build() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/quickfix_client.cpp");
    let program = scratch("program").join("quickfix_client");
    let mut command = compiler(&["-Wall", "-Wextra", "-o"]);
    command.arg(&program).arg(source);
    let built = command.args(["-lquickfix", "-lpthread"]).output();
    let built = built.expect("g++ can be run");
    assert!(built.status.success(), "{}", complaints(&built));
    program
}

/// QuickFIX's headers use exception specifications, which C++17 has dropped.
fn compiler(arguments: &[&str]) -> Command {
    let mut command = Command::new("g++");
    command
        .args(["-std=c++14", "-Wno-deprecated"])
        .args(arguments);
    command
}

fn compiles(source: &str, libraries: &[&str]) -> bool {
    let mut command = compiler(&["-x", "c++", "-", "-o", "/dev/null"]);
    command.args(libraries).stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    let written = child
        .stdin
        .take()
        .map(|mut input| input.write_all(source.as_bytes()));
    matches!(written, Some(Ok(()))) && child.wait().is_ok_and(|status| status.success())
}

/// The dictionaries to try: the one that the venue writes for its members, and QuickFIX's own where there is one.
pub(crate) fn dictionaries(folder: &Path) -> Vec<PathBuf> {
    let written = Command::new(VENUE).arg("dictionary").output();
    let written = written.expect("the venue's program can be run");
    assert!(written.status.success(), "{}", complaints(&written));
    let ours = folder.join("cloudpit.xml");
    fs::write(&ours, written.stdout).expect("a scratch folder can be written");
    let standard = STANDARD_DICTIONARIES.map(PathBuf::from);
    let standard = standard.into_iter().filter(|path| path.exists());
    std::iter::once(ours).chain(standard).collect()
}

/// What QuickFIX says of each message when it holds it against `dictionary`.
pub(crate) fn verdicts(client: &Path, dictionary: &Path, messages: &[Vec<u8>]) -> Vec<String> {
    let mut command = Command::new(client);
    command.arg("--check").arg(dictionary);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the client can be run");
    let mut input = child.stdin.take().expect("its input is a pipe");
    let questions: String = messages
        .iter()
        .map(|message| {
            format!(
                "check {}\n",
                String::from_utf8_lossy(message).replace('\u{1}', "|")
            )
        })
        .collect();
    let asking = std::thread::spawn(move || input.write_all(questions.as_bytes()));
    let answered = child
        .wait_with_output()
        .expect("the client can be waited for");
    asking
        .join()
        .expect("asking does not panic")
        .expect("the client reads all questions");
    assert!(answered.status.success(), "{}", complaints(&answered));
    let answers = String::from_utf8_lossy(&answered.stdout);
    answers.lines().map(str::to_owned).collect()
}

/// An empty folder of this name under cargo's own.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("quickfix")
        .join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).expect("a scratch folder can be made");
    folder
}

pub(crate) fn complaints(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
