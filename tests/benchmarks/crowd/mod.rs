//! Whether one good session keeps its latency in a crowd: alone, beside thousands of sessions that are logged on and
//! idle, and beside as many connections as a hostile network can think of. And what an idle session costs in memory.
//!
//! The good session is the load of [`super::load`], in an open loop; the crowd has a thread of its own. The hostile
//! come from many addresses of this machine, 127.1.X.Y, as a hostile network would. On the few cores that all of them
//! share, it is said beside each latency who used how much of them: whoever plays thousands of clients takes more than
//! the venue that refuses them.

mod arguments;
mod ground;
mod hostile;
mod idle;
mod member;
mod report;
mod shares;

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::runtime::{Builder, Runtime};

pub use arguments::Arguments;

use super::clock::{Clock, Nanos, SECOND};
use super::load::{self, Pace, Plan};
use super::say::{Thousands, say};
use crate::memory::resident_bytes;
use crate::venue_process::VenueProcess;
use arguments::Size;
use hostile::Hostile;
use idle::Idle;
use report::{Measured, Report};
use shares::{CROWD_THREAD, Times};

/// Files that this program has open besides connections.
const OTHER_FILES: usize = 100;

/// Measures, with the venue's `program`, and prints the figures as Markdown.
///
/// # Errors
/// When the venue does not start or stop, an idle session is lost, or the good session is not served.
pub fn run(arguments: &Arguments, program: &Path) -> anyhow::Result<()> {
    let size = arguments.size();
    raise_open_files(size.idle + size.hostile)?;
    let folder = tempfile::tempdir()?;
    let config = ground::configuration(folder.path(), size)?;
    let clock = Clock::start();
    let venue = VenueProcess::start(program, &config, &folder.path().join("data"))?;
    let started = clock.now();
    let runtime = crowd_runtime()?;
    let measured = measure(&venue, size, &runtime, &clock, started);
    let measured = measured.with_context(|| format!("its log ends with:\n{}", venue.log()));
    let stopping = clock.now();
    let stopped = venue.stop();
    measured?;
    let ended = stopped?;
    anyhow::ensure!(ended.success(), "the venue did not stop cleanly: {ended}");
    say(format_args!(
        "stopped in {}",
        millis(clock.now() - stopping)
    ));
    if arguments.is_short() {
        say("A small crowd: it shows that everything works; its figures mean nothing.");
    }
    Ok(())
}

fn measure(
    venue: &VenueProcess,
    size: Size,
    runtime: &Runtime,
    clock: &Clock,
    started: Nanos,
) -> anyhow::Result<()> {
    say(format_args!(
        "{} sessions configured: the first start took {}",
        Thousands(count(size.sessions())),
        millis(started)
    ));
    let mut plan = Plan::new(
        venue.address(),
        1,
        Pace::Open {
            orders_per_second: size.orders_per_second,
        },
        size.measured,
    );
    plan.patience = 60 * SECOND;
    let measured = |what| -> anyhow::Result<Measured> {
        let before = Times::now(venue.pid(), clock)?;
        let outcome = load::run(&plan).context(what)?;
        let shares = before.until(&Times::now(venue.pid(), clock)?);
        Ok(Measured { outcome, shares })
    };
    let alone = measured("the good session alone")?;
    let before = resident_bytes(venue.pid())?;

    let from = clock.now();
    let idle = runtime.block_on(Idle::log_on(venue.address(), size.idle))?;
    let logged_on = clock.now() - from;
    let after = resident_bytes(venue.pid())?;
    let beside_idle = measured("the good session beside the idle")?;

    let hostile = runtime.block_on(async { Hostile::begin(venue.address(), size) });
    runtime.block_on(hostile.in_full());
    let (begun, done_before) = (clock.now(), hostile.done());
    let beside_hostile = measured("the good session beside the hostile")?;
    let deeds = hostile.done().since(&done_before, clock.now() - begun);
    let attacked = resident_bytes(venue.pid())?;
    hostile.end();
    let lost = runtime.block_on(idle.end())?;
    anyhow::ensure!(lost == 0, "{lost} idle sessions were lost");

    say(Report {
        size,
        logged_on,
        memory: [before, after, attacked],
        deeds,
        measured: [
            ("alone", &alone),
            ("beside the idle", &beside_idle),
            ("beside idle and hostile", &beside_hostile),
        ],
    });
    Ok(())
}

/// One thread for the whole crowd: the venue and the good session need the machine too.
fn crowd_runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(CROWD_THREAD)
        .enable_all()
        .build()
}

/// Lets this process have as many connections, if the system does.
fn raise_open_files(connections: usize) -> anyhow::Result<()> {
    let mut limits = getrlimit(Resource::Nofile);
    limits.current = limits.maximum;
    setrlimit(Resource::Nofile, limits)?;
    let needed = count(connections.saturating_add(OTHER_FILES));
    let limit = limits.current.unwrap_or(u64::MAX);
    anyhow::ensure!(
        needed <= limit,
        "this machine lets a process open {limit} files, and {needed} are needed: make the crowd smaller"
    );
    Ok(())
}

fn millis(nanos: Nanos) -> String {
    format!("{:?}", Duration::from_millis(nanos / 1_000_000))
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
