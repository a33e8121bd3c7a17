//! Starting a control plane, and stopping it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::decide::Accepted;
use crate::driver::Driver;
use crate::error::{ApiError, Error};
use crate::http::{App, Bounded, router};
use crate::limits::{LOCK_TIME_MAX, POLL_INTERVAL, STOP_TIME_MAX};
use crate::options::{Options, SlotSpec};
use crate::runner::Runner;
use crate::store::{Record, SlotRecord, State, Store};

/// A control plane that is being served. Dropped, it stops at once and leaves its guests running.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    slots: PathBuf,
    shutdown: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    runner: Runner,
    stop_guests: bool,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The directory of a slot: the working directory of its guest.
    #[must_use]
    pub fn slot_directory(&self, slot_id: &str) -> PathBuf {
        self.slots.join(slot_id)
    }

    /// Answers what is being asked, takes no more, and ends. Tasks under way are taken up at the next
    /// start. Guests are ended when the options say so, and otherwise left running for the next
    /// control plane of this directory to adopt.
    ///
    /// # Errors
    /// [`ApiError`] when a guest could not be ended or its end not be written down.
    pub async fn stop(mut self) -> Result<(), ApiError> {
        if let Some(shutdown) = self.shutdown.take() {
            // An error means that the server ended already.
            shutdown.send(()).unwrap_or_default();
        }
        match tokio::time::timeout(STOP_TIME_MAX, &mut self.server).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the HTTP server ended badly"),
            Err(_) => self.server.abort(),
        }
        self.runner.halt().await;
        if self.stop_guests {
            self.runner.end_guests().await
        } else {
            Ok(())
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.runner.abort();
    }
}

/// Starts a control plane: reads its directory, adopts running guests, goes on with unfinished tasks,
/// and serves HTTP.
///
/// # Errors
/// [`Error`] when an option is wrong (among them an address that is not loopback), the directory is
/// in use, damaged or not writable, or the address cannot be bound.
pub async fn serve(options: Options) -> Result<Running, Error> {
    options.check()?;
    let guest_runtime = fs::canonicalize(&options.guest_runtime);
    let guest_runtime = guest_runtime.map_err(Error::file(
        "looking for the guest runtime",
        &options.guest_runtime,
    ))?;
    let listener = TcpListener::bind(options.listen).await;
    let listening = |source| Error::Listen {
        address: options.listen,
        source,
    };
    let listener = listener.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;

    let directory = make(&options.directory)?;
    let store = open_store(&directory).await?;
    let (images, slots) = (
        make(&directory.join("images"))?,
        make(&directory.join("slots"))?,
    );
    remove_unfinished_uploads(&images)?;
    register_slots(&store, &options.slots, &slots)?;

    let driver = Driver::new(options.driver, guest_runtime, options.image_bytes_max);
    let runner = Runner::new(
        store.clone(),
        driver,
        images.clone(),
        slots.clone(),
        options.ready_timeout,
    );
    runner.recover().await;
    let service = router(App::new(&options, store, runner.clone(), images));
    let (shutdown, asked) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let stopped = async move { drop(asked.await) };
        let served = axum::serve(Bounded::new(listener), service)
            .with_graceful_shutdown(stopped)
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the HTTP server failed");
        }
    });
    tracing::info!(%address, "the control plane is being served");
    Ok(Running {
        address,
        slots,
        shutdown: Some(shutdown),
        server,
        runner,
        stop_guests: options.stop_guests_on_exit,
    })
}

/// A control plane that was just killed may leave a child that holds the lock until it has become
/// another program: a moment later the directory is free.
async fn open_store(directory: &Path) -> Result<Store, Error> {
    let deadline = tokio::time::Instant::now() + LOCK_TIME_MAX;
    loop {
        match Store::open(directory) {
            Err(Error::Locked { .. }) if tokio::time::Instant::now() < deadline => {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
            opened => return opened,
        }
    }
}

/// Makes a directory that only this user may enter; gives its absolute path.
fn make(directory: &Path) -> Result<PathBuf, Error> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(Error::file("making", directory))?;
    fs::canonicalize(directory).map_err(Error::file("looking for", directory))
}

fn remove_unfinished_uploads(images: &Path) -> Result<(), Error> {
    let reading = |error| Error::file("reading", images)(error);
    for entry in fs::read_dir(images).map_err(reading)? {
        let entry = entry.map_err(reading)?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(b"incoming-")
        {
            fs::remove_file(entry.path()).map_err(Error::file("removing", entry.path()))?;
        }
    }
    Ok(())
}

/// Writes down the slots that are new, each with a port of its own for life.
fn register_slots(store: &Store, specs: &[SlotSpec], slots: &Path) -> Result<(), Error> {
    let new = store.read(|state| new_slots(state, specs))?;
    // All are held until all are chosen, so that no two slots get the same.
    let held: Vec<StdListener> = new.iter().map(|_| free_port()).collect::<Result<_, _>>()?;
    let mut records = Vec::new();
    for (spec, listener) in new.into_iter().zip(&held) {
        make(&slots.join(&spec.slot_id))?;
        let port = listener.local_addr().map_err(no_port)?.port();
        records.push(Record::Slot(vacant(spec, port)));
    }
    let written = store.change_blocking(move |_| Ok(Accepted::at_once((), records)));
    written.map(|_| ()).map_err(|error| Error::Option {
        option: "slots",
        what: error.message,
    })
}

fn new_slots(state: &State, specs: &[SlotSpec]) -> Result<Vec<SlotSpec>, Error> {
    let mut new = Vec::new();
    for spec in specs {
        let Some(known) = state.slots.get(&spec.slot_id) else {
            new.push(spec.clone());
            continue;
        };
        let same = known.region == spec.region
            && known.instance_type == spec.instance_type
            && known.memory_mib == spec.memory_mib;
        if !same {
            let what = format!(
                "{} is another in the directory: a slot does not change; give it a new name",
                spec.slot_id
            );
            return Err(Error::Option {
                option: "slots",
                what,
            });
        }
    }
    Ok(new)
}

fn vacant(spec: SlotSpec, port: u16) -> SlotRecord {
    SlotRecord {
        slot_id: spec.slot_id,
        region: spec.region,
        instance_type: spec.instance_type,
        memory_mib: spec.memory_mib,
        port,
        generation: 0,
        owner: None,
        custody: None,
        fence: None,
        instance_id: None,
        task_id: None,
    }
}

fn free_port() -> Result<StdListener, Error> {
    StdListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(no_port)
}

fn no_port(source: std::io::Error) -> Error {
    Error::Listen {
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        source,
    }
}
