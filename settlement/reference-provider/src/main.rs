//! `reference-control`: this control plane and its guest runtime as a program of their own, for tests.
//!
//! `serve OPTIONS.json` serves until SIGTERM or Ctrl-C and prints its address; `guest IMAGE` is the
//! guest runtime; `allocate MIB` takes that much memory and lets it go, or says that it cannot. The
//! venue's binary has the first two under its own verbs.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use reference_provider::{Options, guest, serve};
use tokio::signal::unix::{SignalKind, signal};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["guest", image] => guest::run(Path::new(image))
            .map(|never| match never {})
            .map_err(Failure::from),
        ["serve", options] => control_plane(Path::new(options)),
        ["allocate", mib] => allocate(mib),
        _ => Err("usage: reference-control serve OPTIONS.json | guest IMAGE | allocate MIB".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this cannot be written.
            writeln!(std::io::stderr(), "reference-control: {error}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn allocate(mib: &str) -> Result<(), Failure> {
    let bytes = mib.parse::<usize>()?.saturating_mul(1024 * 1024);
    let mut taken: Vec<u8> = Vec::new();
    taken.try_reserve_exact(bytes)?;
    taken.resize(bytes, 1);
    writeln!(std::io::stdout(), "took {mib} MiB")?;
    Ok(())
}

fn control_plane(options: &Path) -> Result<(), Failure> {
    let options: Options = serde_json::from_slice(&std::fs::read(options)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let running = serve(options).await?;
        let mut out = std::io::stdout();
        writeln!(out, "{}", running.address())?;
        out.flush()?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        running.stop().await.map_err(|error| error.message.into())
    })
}
