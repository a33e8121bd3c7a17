//! The wiring diagram of the venue: which room hands what to which, and in what order they start and stop.
//!
//! ```text
//! net -> sessions -> order_entry -> sequencer (engine) -> published events -> publisher -> sessions -> net
//!                                                                          -> settlement desk -> sequencer
//! ```

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use config::Config;
use engine::{
    Command, Engine, Event, EventBody, HaltPolicy, IgnoreReason, Input, Origin, RiskLimits,
    SessionName,
};
use sequencer::{EventLog, Opened, Running};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::admin::{AdminServer, Market, Office};
use crate::audit::{Audit, AuditError, Entry, Outcome, What};
use crate::clock::SystemClock;
use crate::fix_log::{self, FixLogs};
use crate::identity::Doorkeeper;
use crate::layout::Layout;
use crate::metrics::{Gathered, Metrics, MetricsServer};
use crate::net::{Encryption, Limits, Listener, Reception};
use crate::publisher::Publisher;
use crate::reload::{Parts, Reloaded, Reloader};
use crate::routing::Routes;
use crate::sessions::{Desk, Drained, Observers, Registry, Seats, left_behind};
use crate::settlement_desk::SettlementDesk;
use crate::trading_calendar::TradingCalendars;
use crate::trading_status::Board;
use crate::{timers, trading_day, trading_news};

/// A running venue.
pub struct Venue {
    comp_id: SessionName,
    address: SocketAddr,
    events: EventLog,
    draining: watch::Sender<bool>,
    drained: mpsc::Receiver<()>,
    running: Running,
    listener: JoinHandle<()>,
    days: JoinHandle<anyhow::Result<()>>,
    phases: JoinHandle<anyhow::Result<()>>,
    timers: JoinHandle<anyhow::Result<()>>,
    /// The sessions and the publisher; they end by themselves once the sequencer has stopped.
    tasks: JoinSet<anyhow::Result<()>>,
    desk: Option<SettlementDesk>,
    reloader: Reloader,
    audit: Audit,
    audit_writer: JoinHandle<Result<(), AuditError>>,
    fix_log_writer: Option<fix_log::Writer>,
    /// Takes the calls of operators.
    admin: AdminServer,
    /// Shows the metrics for as long as the venue runs.
    metrics: Option<MetricsServer>,
}

impl Venue {
    /// Starts a venue that keeps everything under `data`: recovers what was, admits what `config` declares,
    /// then takes connections.
    ///
    /// # Errors
    /// When the data folder cannot be used or trusted, or the address cannot be bound. What was started ends by
    /// itself.
    #[expect(
        clippy::too_many_lines,
        reason = "the wiring diagram: each room once, in the order in which they open"
    )]
    pub async fn start(config: Config, data: &Path) -> anyhow::Result<Self> {
        let layout = Layout::new(data);
        let limits = Limits::of(&config);
        let listener = Listener::bind(config.fix.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.fix.listen))?;
        let encryption = config.tls.as_ref().map(Encryption::read).transpose()?;
        let opened = open_sequencer(&config, &layout).await?;
        let (audit, audit_writer) = Audit::open(&layout.audit())?;
        let metrics = Metrics::of(&config.metrics);
        trading_news::show_blocks(&opened.engine_view, &metrics);
        let doorkeeper = Doorkeeper::open(&config, &layout, &audit, &metrics)?;
        // The stores first: a session that the market knows has one.
        let seats = Seats::open(&config, &layout, &opened)?;
        admit(&config, &opened).await?;

        let (draining, drain) = watch::channel(false);
        let (guard, drained) = Drained::new();
        let registry = Arc::new(Registry::default());
        let mut tasks = JoinSet::new();
        let kept_from = opened.events.kept_from();
        seats.tell_dropped(kept_from);
        let from = seats.first_unhandled().map(|from| from.max(kept_from));
        let new = opened.recovery.next_event;
        let board = Board::new(
            &opened.engine_view,
            new,
            opened.events.clone(),
            &config.trading_calendars,
        );
        let board = Arc::new(board);
        let sessions_desk = Desk::new(opened.commands.clone(), Arc::clone(&board), guard);
        let (fix_logs, fix_log_writer) = FixLogs::start(&config.fix_log, &layout, &metrics)?;
        let observers = Observers::new(&metrics, &fix_logs);
        seats.take_up(
            &sessions_desk,
            &doorkeeper,
            &registry,
            &drain,
            &observers,
            &mut tasks,
        );

        let reader = opened.events.reader(from.unwrap_or(opened.events.end()));
        let (routes, routing) = watch::channel(Arc::new(Routes::new(&config)));
        let publisher = Publisher::new(
            reader,
            new,
            Arc::clone(&registry),
            routing,
            Arc::clone(&board),
            &metrics,
        );
        tasks.spawn(async { Ok(publisher.run().await?) });
        let days = tokio::spawn(trading_day::run(opened.commands.clone(), drain.clone()));
        let calendars = TradingCalendars::new(&config.trading_calendars);
        let (calendars_changed, changed) = watch::channel(Arc::default());
        let phases = calendars.run(opened.commands.clone(), changed, drain.clone());
        let phases = tokio::spawn(phases);
        let timers = timers::run(
            opened.commands.clone(),
            opened.next_timer.clone(),
            drain.clone(),
        );
        let timers = tokio::spawn(timers);
        let desk = SettlementDesk::open(&config, &layout, &opened).await?;
        // Everybody who reads events has said by now which they need.
        opened.hold.release();
        let address = listener.address();
        let (encrypting, encryption) = watch::channel(encryption.map(Arc::new));
        let reception = Reception {
            registry: Arc::clone(&registry),
            doorkeeper: Arc::clone(&doorkeeper),
            encryption,
            metrics: metrics.clone(),
            fix_logs,
        };
        let office = Office {
            market: Market::new(opened.commands.clone(), opened.events.clone()),
            sessions: Arc::clone(&registry),
            settlement: desk.as_ref().map(|desk| desk.settlement().clone()),
            limits_in_change: Arc::default(),
            audit: audit.clone(),
            metrics: metrics.clone(),
        };
        let admin = AdminServer::start(&layout, office)?;
        let shown = {
            let gathered = Gathered {
                registry: Arc::clone(&registry),
                events: opened.events.clone(),
                settlement: desk.as_ref().map(|desk| desk.settlement().clone()),
            };
            show_metrics(&config, &metrics, gathered).await?
        };
        let listener = tokio::spawn(listener.run(reception, limits, drain.clone()));
        let audit_writer = tokio::task::spawn_blocking(move || audit_writer.run());
        let started = format!("started, taking connections on {address}");
        audit.record(&Entry::new(What::Venue, Outcome::Done, started));
        let comp_id = config.venue.comp_id;
        tracing::info!(venue = %comp_id, %address, "taking connections");
        let parts = Parts {
            dormant: dormant(&config, &opened),
            layout,
            registry,
            doorkeeper,
            routes,
            encrypting,
            calendars: calendars_changed,
            board,
            commands: opened.commands,
            events: opened.events.clone(),
            desk: sessions_desk,
            observers,
            draining: drain,
        };
        let reloader = Reloader::new(config, parts);
        Ok(Self {
            comp_id,
            address,
            events: opened.events,
            draining,
            drained,
            running: opened.running,
            listener,
            days,
            phases,
            timers,
            tasks,
            desk,
            reloader,
            audit,
            audit_writer,
            fix_log_writer,
            admin,
            metrics: shown,
        })
    }

    /// The venue's CompID.
    #[must_use]
    pub fn comp_id(&self) -> &SessionName {
        &self.comp_id
    }

    /// Where it takes FIX connections.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it shows its metrics, where the configuration has it show them.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(MetricsServer::address)
    }

    /// What it has published, to follow.
    #[must_use]
    pub fn events(&self) -> &EventLog {
        &self.events
    }

    /// Settlement, where the venue has providers.
    #[must_use]
    pub fn settlement_desk(&self) -> Option<&SettlementDesk> {
        self.desk.as_ref()
    }

    /// Takes what can be taken of a changed configuration without a restart. `by` is who asked, for the record.
    ///
    /// # Errors
    /// When it contradicts what is declared, or something that it names cannot be read: nothing is changed then.
    pub async fn reload(&mut self, config: &Config, by: &str) -> anyhow::Result<Reloaded> {
        self.reloader.reload(config, by, &mut self.tasks).await
    }

    /// Puts on record that somebody wanted a configuration taken that cannot be read.
    pub fn reload_refused(&self, by: &str, why: &str) {
        self.reloader.unreadable(by, why);
    }

    /// Waits until a part of the venue has failed: then it must be stopped.
    pub async fn failed(&mut self) -> anyhow::Error {
        tokio::select! {
            failure = desk_failed(&mut self.desk) => failure,
            ended = &mut self.audit_writer => match ended {
                Ok(Ok(())) => anyhow::anyhow!("the audit log has ended by itself"),
                Ok(Err(error)) => error.into(),
                Err(panic) => panic.into(),
            },
            failure = self.running.ended() => match failure {
                Some(error) => anyhow::Error::new(error),
                None => anyhow::anyhow!("the sequencer has ended"),
            },
            Some(ended) = self.tasks.join_next() => match ended {
                Ok(Ok(())) => anyhow::anyhow!("a session has ended by itself"),
                Ok(Err(error)) => error,
                Err(panic) => panic.into(),
            },
        }
    }

    /// Stops cleanly: no new connections and no new orders; what was accepted is made durable and answered;
    /// every client gets a Logout(5); the stores are closed.
    ///
    /// # Errors
    /// The first failure of any part. All parts were stopped all the same.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.draining.send_replace(true);
        self.admin.stop().await;
        // It holds a place at the sessions' desk, and would keep the sequencer waiting.
        drop(self.reloader);
        let listener = self.listener.await.map_err(anyhow::Error::from);
        let days = self.days.await.map_err(anyhow::Error::from).flatten();
        let phases = self.phases.await.map_err(anyhow::Error::from).flatten();
        let timers = self.timers.await.map_err(anyhow::Error::from).flatten();
        let quiet = match &mut self.desk {
            Some(desk) => desk.quiet().await,
            None => Ok(()),
        };
        // Nothing is ever sent: this waits until every session has let go of its guard.
        while self.drained.recv().await.is_some() {}
        let running = self.running;
        let sequencer = tokio::task::spawn_blocking(move || running.stop()).await?;
        let mut result = sequencer
            .map_err(anyhow::Error::new)
            .and(quiet)
            .and(listener)
            .and(days)
            .and(phases)
            .and(timers);
        if let Some(desk) = self.desk {
            result = result.and(desk.close().await);
        }
        while let Some(ended) = self.tasks.join_next().await {
            result = result.and(ended.map_err(anyhow::Error::from).flatten());
        }
        self.audit
            .record(&Entry::new(What::Venue, Outcome::Done, "stopped"));
        self.audit.close().await;
        if !self.audit_writer.is_finished() {
            let written = self.audit_writer.await.map_err(anyhow::Error::from);
            result = result.and(written.and_then(|written| written.map_err(anyhow::Error::new)));
        }
        if let Some(writer) = self.fix_log_writer {
            let ended = tokio::task::spawn_blocking(move || writer.end()).await;
            result = result.and(ended.map_err(anyhow::Error::from));
        }
        tracing::info!(venue = %self.comp_id, "stopped");
        result
    }
}

/// The sessions that the market knows and `config` does not have: their stores are not open, and reports for them
/// are made when they are.
fn dormant(config: &Config, opened: &Opened) -> BTreeSet<SessionName> {
    let configured: BTreeSet<_> = config.sessions.iter().map(|one| one.comp_id).collect();
    let known = opened.engine_view.sessions().map(|(name, _)| name);
    known.filter(|name| !configured.contains(name)).collect()
}

async fn open_sequencer(config: &Config, layout: &Layout) -> anyhow::Result<Opened> {
    let mut options = sequencer::Options::new(layout.journal());
    options.durability = match config.journal.durability {
        config::Durability::Fsync => sequencer::Durability::Fsync,
        config::Durability::Buffered => sequencer::Durability::Buffered,
    };
    options.queue_limit = config.journal.queue_limit;
    options.batch_limit = config.journal.batch_limit;
    options.segment_bytes = config.journal.segment_bytes;
    options.snapshot_commands = config.journal.snapshot_commands;
    options.snapshot_bytes = config.journal.snapshot_bytes;
    options.snapshots_kept = config.journal.keep_snapshots;
    options.age_max = config.journal.max_age;
    options.bytes_max = config.journal.max_bytes;
    options.reserve_bytes = config.journal.keep_free_bytes;
    let opened =
        tokio::task::spawn_blocking(move || sequencer::open(&options, SystemClock)).await?;
    Ok(opened?)
}

/// Starts to show the metrics, where the configuration names an address.
async fn show_metrics(
    config: &Config,
    metrics: &Metrics,
    gathered: Gathered,
) -> anyhow::Result<Option<MetricsServer>> {
    let Some(listen) = config.metrics.listen else {
        return Ok(None);
    };
    MetricsServer::start(listen, metrics, gathered).await
}

/// Ends a trading day that passed while the venue was down, says of the clients that were there that they are gone,
/// submits what the configuration declares, and waits
/// until the market knows it.
async fn admit(config: &Config, opened: &Opened) -> anyhow::Result<()> {
    let day_end = trading_day::missed(opened.recovery.time).then_some(Command::EndTradingDay);
    let declared = config.commands().into_iter();
    let admissions: Vec<Input> = day_end
        .into_iter()
        .chain(left_behind(&opened.engine_view))
        .chain(declared)
        .chain(lifted(config, &opened.engine_view))
        .map(|command| Input {
            origin: Origin::Venue,
            command,
        })
        .collect();
    let Some(last) = u64::try_from(admissions.len())
        .ok()
        .filter(|count| *count > 0)
    else {
        return Ok(());
    };
    // Nobody else submits yet: the numbers are known.
    let last = opened.recovery.next_command.get().saturating_add(last - 1);
    let mut reader = opened.events.reader(opened.events.end());
    opened.commands.submit(admissions).await?;
    let mut answered = 0;
    while answered < last {
        for event in reader.next().await?.events() {
            refuse_contradiction(event)?;
            answered = event.cause.get();
        }
    }
    Ok(())
}

/// Lifts the limits and the halt policies that an earlier configuration laid down and this one does not.
fn lifted(config: &Config, market: &Engine) -> Vec<Command> {
    let declared: BTreeSet<_> = config.risk_limits.iter().map(|one| one.scope).collect();
    let known = market
        .risk_limits()
        .filter(|view| !view.configured.is_empty());
    let gone = known.filter(|view| !declared.contains(&view.scope));
    let lift = gone.map(|view| Command::SetRiskLimits {
        scope: view.scope,
        limits: RiskLimits::default(),
        reason: None,
    });
    let halts = market.halt_policies().filter(|known| {
        known.configured != HaltPolicy::default()
            && !config.halt_policies.contains_key(&known.symbol)
    });
    let halts = halts.map(|known| Command::SetHaltPolicy {
        symbol: known.symbol,
        policy: HaltPolicy::default(),
    });
    lift.chain(halts).collect()
}

/// A declaration that the market cannot take is a mistake that must not be passed over.
fn refuse_contradiction(event: &Event) -> anyhow::Result<()> {
    let EventBody::Ignored { reason, .. } = &event.body else {
        return Ok(());
    };
    anyhow::ensure!(
        *reason == IgnoreReason::AlreadySo,
        "the configuration declares what the market cannot take ({reason:?}), in command {} of the journal: an \
         instrument's currency and kind, a firm's kind, and whose an account or a session is, stay as they were \
         first declared. Declare them so, or use another name",
        event.cause
    );
    Ok(())
}

async fn desk_failed(desk: &mut Option<SettlementDesk>) -> anyhow::Error {
    match desk {
        Some(desk) => desk.failed().await,
        None => std::future::pending().await,
    }
}
