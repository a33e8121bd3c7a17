//! Settlement's desk in the venue: brings it every published event, and brings its results back into the total
//! order as commands. It runs beside the market and can never hold it up.

use std::sync::Arc;

use anyhow::Context;
use config::{Config, Secret, Store};
use engine::{Input, Origin};
use sequencer::{CommandSender, EventPosition, EventReader, Opened, ReadError};
use settlement::{
    Adapter, Database, HttpLimits, KeystoneCredential, Limits, NovaIdentity, NovaSettings,
    OpeningCash, Options, Postgresql, Protection, ProviderSettings, Replacement, Settlement,
    TokenSource,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock;
use crate::layout::Layout;

/// Settlement, at work.
pub struct SettlementDesk {
    settlement: Settlement,
    stopping: watch::Sender<bool>,
    /// Brings events; ends when the sequencer has.
    events: JoinSet<anyhow::Result<()>>,
    /// Carries reassignments out and brings commands; ends when it is told to.
    work: JoinSet<anyhow::Result<()>>,
}

impl SettlementDesk {
    /// Opens settlement and starts its work; `None` where the configuration names no provider.
    pub(crate) async fn open(
        config: &Config,
        layout: &Layout,
        opened: &Opened,
    ) -> anyhow::Result<Option<Self>> {
        if config.providers.is_empty() {
            return Ok(None);
        }
        let settlement = settlement::open(options(config, layout))
            .await
            .context("settlement cannot be opened")?;
        let from = EventPosition::new(settlement.next_position().await?);
        let (stopping, stop) = watch::channel(false);
        let mut events = JoinSet::new();
        let mut work = JoinSet::new();
        events.spawn(bring_events(settlement.clone(), opened.events.reader(from)));
        let commands = bring_commands(settlement.clone(), opened.commands.clone(), stop.clone());
        work.spawn(commands);
        let worker = settlement.clone();
        work.spawn(async move { Ok(worker.run(stopped(stop)).await?) });
        Ok(Some(Self {
            settlement,
            stopping,
            events,
            work,
        }))
    }

    /// Settlement, to look at: timelines, balances, alarms.
    #[must_use]
    pub fn settlement(&self) -> &Settlement {
        &self.settlement
    }

    /// Waits until a part of it has failed: then the venue must stop.
    pub(crate) async fn failed(&mut self) -> anyhow::Error {
        let ended = tokio::select! {
            Some(ended) = self.events.join_next() => ended,
            Some(ended) = self.work.join_next() => ended,
            else => return anyhow::anyhow!("settlement has ended"),
        };
        match ended {
            Ok(Ok(())) => anyhow::anyhow!("settlement has ended by itself"),
            Ok(Err(error)) => error.context("settlement failed"),
            Err(panic) => panic.into(),
        }
    }

    /// Lays every reassignment down after its current call, and submits no more. What is under way is taken up
    /// at the next start.
    pub(crate) async fn quiet(&mut self) -> anyhow::Result<()> {
        self.stopping.send_replace(true);
        all(&mut self.work).await
    }

    /// Takes the last events, which come when the sequencer has stopped, and closes the books.
    pub(crate) async fn close(mut self) -> anyhow::Result<()> {
        let events = all(&mut self.events).await;
        self.settlement.close().await;
        events
    }
}

/// Waits for every task; the first failure of any.
async fn all(tasks: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut result = Ok(());
    while let Some(ended) = tasks.join_next().await {
        result = result.and(ended.map_err(anyhow::Error::from).flatten());
    }
    result
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

async fn bring_events(settlement: Settlement, mut reader: EventReader) -> anyhow::Result<()> {
    loop {
        match reader.next().await {
            Ok(batch) => {
                settlement.take(batch.first().get(), batch.events()).await?;
            }
            Err(ReadError::Ended(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

async fn bring_commands(
    settlement: Settlement,
    sequencer: CommandSender,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut stop = std::pin::pin!(stopped(stop));
    loop {
        let commands = tokio::select! {
            () = &mut stop => return Ok(()),
            commands = settlement.next_commands() => commands?,
        };
        let ids: Vec<_> = commands.iter().map(|(id, _)| *id).collect();
        let inputs = commands.into_iter().map(|(_, command)| Input {
            origin: Origin::Settlement,
            command,
        });
        sequencer.submit(inputs.collect()).await?;
        settlement.mark_submitted(&ids).await?;
    }
}

fn options(config: &Config, layout: &Layout) -> Options {
    let clock = Arc::new(|| clock::timestamp(clock::now()));
    let mut options = Options::new(database(config, layout), clock);
    options.providers = config.providers.iter().map(provider).collect();
    options.opening_cash = config
        .accounts
        .iter()
        .flat_map(|account| {
            account
                .opening_cash
                .iter()
                .map(|(currency, amount)| OpeningCash {
                    account: account.name,
                    currency: *currency,
                    amount: *amount,
                })
        })
        .collect();
    let settings = &config.settlement;
    options.limits = Limits {
        workers_max: settings.max_workers,
        attempts_max: settings.max_attempts,
        poll: settings.poll_interval,
        deposits: settings.deposit_interval,
        sweeps: settings.reconciliation_interval,
        funding: settings.funding_timeout,
        fencing: settings.fencing_timeout,
        terminating: settings.terminating_timeout,
        placing: settings.placing_timeout,
        starting: settings.starting_timeout,
        ..Limits::default()
    };
    options
}

/// Where settlement keeps its books.
#[must_use]
pub fn database(config: &Config, layout: &Layout) -> Database {
    match &config.settlement.store {
        Store::Sqlite => Database::Sqlite {
            directory: layout.settlement(),
        },
        Store::Postgresql(server) => Database::Postgresql(Postgresql {
            host: server.host.clone(),
            port: server.port,
            database: server.database.clone(),
            user: server.user.clone(),
            password: server.password.as_ref().map(token_source),
            protection: if server.tls {
                Protection::Tls {
                    ca_file: server.ca_file.clone(),
                }
            } else {
                Protection::None
            },
            connect_timeout: server.connect_timeout,
            statement_timeout: server.statement_timeout,
            outage_max: server.outage_max,
        }),
    }
}

fn token_source(secret: &Secret) -> TokenSource {
    match secret {
        Secret::File(path) => TokenSource::File(path.clone()),
        Secret::Environment(name) => TokenSource::Environment(name.clone()),
    }
}

fn provider(provider: &config::Provider) -> ProviderSettings {
    let token = token_source(&provider.token);
    let http = HttpLimits {
        total: provider.request_timeout,
        ..HttpLimits::default()
    };
    let endpoint = provider.endpoint.clone();
    ProviderSettings {
        name: provider.name,
        custody_account: provider.custody_account.clone(),
        adapter: match &provider.adapter {
            config::Adapter::Reference => Adapter::Reference {
                endpoint,
                token,
                http,
            },
            config::Adapter::Nova(nova) => Adapter::Nova(NovaSettings {
                endpoint,
                image_endpoint: nova.image_endpoint.clone(),
                region: nova.region.to_string(),
                identity: identity(&nova.identity, token),
                replacement: match &nova.replacement {
                    config::Replacement::Rebuild => Replacement::Rebuild,
                    config::Replacement::Recreate { network } => Replacement::Recreate {
                        network: network.clone(),
                    },
                },
                http,
            }),
        },
    }
}

/// Who the venue is at a control plane of OpenStack, where `secret` is kept in one place whatever it is.
fn identity(identity: &config::NovaIdentity, secret: TokenSource) -> NovaIdentity {
    let (endpoint, credential) = match identity {
        config::NovaIdentity::Token => return NovaIdentity::Token(secret),
        config::NovaIdentity::Password {
            endpoint,
            user,
            user_domain,
        } => {
            let (user, domain) = (user.clone(), user_domain.clone());
            let credential = KeystoneCredential::Password {
                user,
                domain,
                secret,
            };
            (endpoint, credential)
        }
        config::NovaIdentity::ApplicationCredential { endpoint, id } => {
            let id = id.clone();
            (endpoint, KeystoneCredential::Application { id, secret })
        }
    };
    NovaIdentity::Keystone {
        endpoint: endpoint.clone(),
        credential,
    }
}
