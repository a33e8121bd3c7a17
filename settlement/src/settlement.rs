//! The face of settlement: opened once, fed with events, asked for commands, run beside the venue.

pub(crate) mod outage;

use std::{future::Future, sync::Arc, time::Duration};

use engine::{Command, Event, ProviderName, ReassignmentId, Timestamp};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    adapters::{EndpointError, IdentityError, Nova, ReferenceProvider},
    options::{Adapter, Options, ProviderSettings, WallClock},
    secret::SecretError,
    state::State,
    store::{
        Balance, CheckError, LedgerReport, OutboxId, Store, StoreError, TakeError, Taken, Timeline,
    },
    traffic::Traffic,
    watch::{watch_deposits, watch_register},
    worker::{Plane, Shared},
};

/// How long the scheduler sleeps at most: work that another process laid down is seen by then.
const NAP_MAX: Duration = Duration::from_secs(1);
/// How long it sleeps when what is due must wait for an older reassignment of the same slot.
const NAP_BLOCKED: Duration = Duration::from_millis(100);

/// Settlement of one venue. Cheap to clone; all clones are the same settlement.
#[derive(Clone)]
pub struct Settlement {
    pub(crate) shared: Arc<Shared>,
}

/// Why settlement cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be opened; another venue may have it open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A provider's token cannot be had.
    #[error("provider {provider} has no token")]
    Token {
        /// The provider.
        provider: ProviderName,
        /// Why not.
        source: SecretError,
    },
    /// A provider's endpoint cannot be used.
    #[error("provider {provider} cannot be reached")]
    Endpoint {
        /// The provider.
        provider: ProviderName,
        /// Why not.
        source: EndpointError,
    },
    /// A secret or an endpoint of a control plane of OpenStack cannot be used.
    #[error("provider {provider} cannot be spoken to")]
    Identity {
        /// The provider.
        provider: ProviderName,
        /// Why not.
        source: IdentityError,
    },
}

/// Opens or makes the settlement database and credits opening cash. Calls no provider yet.
///
/// # Errors
/// [`OpenError`] when the database, a token or an endpoint cannot be used.
pub async fn open(options: Options) -> Result<Settlement, OpenError> {
    let mut planes = std::collections::BTreeMap::new();
    for settings in &options.providers {
        planes.insert(settings.name, plane(settings, &options.clock)?);
    }
    let store = Store::open(options.database).await?;
    let now = (options.clock)();
    store.credit_opening(&options.opening_cash, now).await?;
    let shared = Shared {
        store,
        planes,
        limits: options.limits,
        clock: options.clock,
        crash: options.crash,
        commands: Notify::new(),
        work: Notify::new(),
        stopping: watch::Sender::new(false),
        traffic: Traffic::default(),
    };
    Ok(Settlement {
        shared: Arc::new(shared),
    })
}

fn plane(settings: &ProviderSettings, clock: &WallClock) -> Result<Plane, OpenError> {
    let custody_account = settings.custody_account.clone();
    let provider = settings.name;
    let provider = match &settings.adapter {
        Adapter::Custom(adapter) => Arc::clone(adapter),
        Adapter::Nova(settings) => {
            let adapter = Nova::new(settings, &custody_account, Arc::clone(clock))
                .map_err(|source| OpenError::Identity { provider, source })?;
            Arc::new(adapter)
        }
        Adapter::Reference {
            endpoint,
            token,
            http,
        } => {
            let token = token
                .read()
                .map_err(|source| OpenError::Token { provider, source })?;
            let adapter = ReferenceProvider::new(endpoint, &custody_account, token, *http)
                .map_err(|source| OpenError::Endpoint { provider, source })?;
            Arc::new(adapter)
        }
    };
    Ok(Plane {
        provider,
        custody_account,
    })
}

impl Settlement {
    /// The position in the event log of the event to take next.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn next_position(&self) -> Result<u64, StoreError> {
        let store = &self.shared.store;
        outage::patiently(&self.shared, || store.next_position()).await
    }

    /// Takes the engine's events from position `first` on, whole or not at all. Events taken before
    /// are passed over.
    ///
    /// # Errors
    /// [`TakeError`] when events before `first` are missing, a known trade has other terms, or the
    /// database fails. None of the batch is taken then.
    pub async fn take(&self, first: u64, events: &[Event]) -> Result<Taken, TakeError> {
        let shared = &self.shared;
        // Taken twice, events are passed over: it does not matter whether the first time came to be.
        let taken = outage::patiently(shared, || {
            shared
                .store
                .take(first, events, &shared.limits, shared.now())
        })
        .await?;
        if taken.reassignments > 0 {
            shared.wake();
        }
        Ok(taken)
    }

    /// Commands for the engine, in order; waits until there are some. For one caller, which submits
    /// them with `Origin::Settlement`, calls [`Self::mark_submitted`], and asks again. They are handed
    /// out again after a restart until the engine's event about them was taken: the engine passes over
    /// repeats.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn next_commands(&self) -> Result<Vec<(OutboxId, Command)>, StoreError> {
        loop {
            let store = &self.shared.store;
            let commands = outage::patiently(&self.shared, || store.unsubmitted()).await?;
            if !commands.is_empty() {
                return Ok(commands);
            }
            self.shared.commands.notified().await;
        }
    }

    /// Keeps submitted commands from being handed out again by this process.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn mark_submitted(&self, ids: &[OutboxId]) -> Result<(), StoreError> {
        let store = &self.shared.store;
        outage::patiently(&self.shared, || store.mark_submitted(ids)).await
    }

    /// Carries reassignments out and watches for deposits until `shutdown`. Then each reassignment is
    /// laid down after its current call. Where the connection to the database is lost, all of them are taken up anew
    /// once it is back, as after a restart. Once this has ended nothing waits any longer for a database that is away.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or is away for too long; nothing is carried out from then on.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        let shared = &self.shared;
        shared.stopping.send_replace(false);
        // Whatever happens from then on, what has completed is not polled again.
        let told = async {
            shutdown.await;
            shared.stopping.send_replace(true);
            std::future::pending().await
        };
        let ended = tokio::select! {
            ended = self.work_through_outages() => ended,
            ended = told => ended,
        };
        shared.stopping.send_replace(true);
        ended
    }

    /// Works until it is to stop, or the database is given up.
    async fn work_through_outages(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        loop {
            let Err(failure) = self.work().await else {
                return Ok(());
            };
            if !failure.is_passing() || shared.store.outage_max().is_zero() {
                return Err(failure);
            }
            tracing::error!(%failure, "settlement stands still until its database is back");
            tokio::select! {
                biased;
                () = shared.stopped() => {
                    tracing::warn!("settlement stops without its database, and goes on from its books at the next start");
                    return Ok(());
                }
                back = self.recover(&failure) => back?,
            }
        }
    }

    /// Waits until the database is back, and has everybody look at what it holds now.
    async fn recover(&self, failure: &StoreError) -> Result<(), StoreError> {
        let (shared, store) = (&self.shared, &self.shared.store);
        outage::patiently(shared, || store.drop_leases()).await?;
        shared.wake();
        let what = format!("settlement stood still: {failure}");
        outage::patiently(shared, || store.alarm("database", &what, shared.now())).await
    }

    /// Works until it is to stop, or the database fails.
    async fn work(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        shared.store.drop_leases().await?;
        let mut watchers = JoinSet::new();
        for name in shared.planes.keys() {
            watchers.spawn(watch_deposits(Arc::clone(shared), *name));
            watchers.spawn(watch_register(Arc::clone(shared), *name));
        }
        let mut workers = JoinSet::new();
        tokio::select! {
            () = shared.stopped() => {}
            // Workers that are under way end with this, as they would with the process.
            failed = schedule(shared, &mut workers) => return failed,
            failed = first_failure(&mut watchers) => return failed,
        }
        while let Some(worker) = workers.join_next().await {
            finished(worker)?;
        }
        Ok(())
    }

    /// How a reassignment went so far, if it is known.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn timeline(&self, id: &ReassignmentId) -> Result<Option<Timeline>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.timeline(id)).await
    }

    /// Reassignments and their states, oldest first: at most `limit` from the `offset`th.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reassignments(
        &self,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<(ReassignmentId, State)>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.reassignments(offset, limit)).await
    }

    /// What every account of the ledger has.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn balances(&self) -> Result<Vec<Balance>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.balances()).await
    }

    /// What operators must know, oldest first: when, about what, what.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn alarms(&self) -> Result<Vec<(Timestamp, String, String)>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.alarms()).await
    }

    /// Replays the ledger; see [`crate::check_ledger`].
    ///
    /// # Errors
    /// [`CheckError`]: the first thing found wrong.
    pub async fn check_ledger(&self) -> Result<LedgerReport, CheckError> {
        let store = &self.shared.store;
        outage::twice(|| store.check_ledger()).await
    }

    /// Closes the database, for another process to open. Every later use fails.
    pub async fn close(&self) {
        self.shared.store.close().await;
    }
}

/// Hands out what is due to workers, as many as there may be.
async fn schedule(
    shared: &Arc<Shared>,
    workers: &mut JoinSet<Result<(), StoreError>>,
) -> Result<(), StoreError> {
    loop {
        let room = shared.limits.workers_max.saturating_sub(workers.len());
        let mut claimed = false;
        if room > 0 {
            for record in shared
                .store
                .claim(room, shared.limits.lease, shared.now())
                .await?
            {
                claimed = true;
                let shared = Arc::clone(shared);
                workers.spawn(async move { shared.drive(record).await });
            }
        }
        let nap = nap(shared, claimed).await?;
        tokio::select! {
            () = shared.work.notified() => {}
            () = tokio::time::sleep(nap) => {}
            Some(worker) = workers.join_next() => finished(worker)?,
        }
    }
}

/// How long until something is due.
async fn nap(shared: &Shared, claimed: bool) -> Result<Duration, StoreError> {
    let Some(due) = shared.store.next_due().await? else {
        return Ok(NAP_MAX);
    };
    let nanos = due.nanos().saturating_sub(shared.now().nanos());
    let least = if claimed { Duration::ZERO } else { NAP_BLOCKED };
    Ok(match nanos {
        0 => least.max(Duration::from_millis(1)),
        nanos => Duration::from_nanos(nanos).min(NAP_MAX),
    })
}

fn finished(
    worker: Result<Result<(), StoreError>, tokio::task::JoinError>,
) -> Result<(), StoreError> {
    match worker {
        Ok(Err(StoreError::LeaseLost)) => {
            tracing::info!("another worker, or an operator, has taken a reassignment over");
            Ok(())
        }
        Ok(ended) => ended,
        Err(error) if error.is_cancelled() => Ok(()),
        // A panic is our bug: it must not be survived by going on.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

async fn first_failure(watchers: &mut JoinSet<Result<(), StoreError>>) -> Result<(), StoreError> {
    match watchers.join_next().await {
        Some(watcher) => finished(watcher),
        None => std::future::pending().await,
    }
}
