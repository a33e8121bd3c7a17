//! Setting the stage: a control plane with slots and running guests, the venue, and everything closed at the end.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use config::{Config, Secret};
use reference_provider::api::{Image, Instance};
use reference_provider::{Options, Principal, Role, Running, SlotSpec, Token};
use rust_decimal::Decimal;
use settlement::ledger::Account;

use super::control_plane::ControlPlane;
use crate::venue::Venue;

/// The slots that the provider has.
const SLOTS: u32 = 6;
/// The memory of a slot, in MiB.
const SLOT_MEMORY_MIB: u64 = 512;
const REGION: &str = "us-east-1";
const INSTANCE_TYPE: &str = "m5.large";
/// What is traded.
pub(super) const SYMBOL: &str = "ACME.us-east-1.m5.large";
/// The venue's account at the provider, which holds the slots that trade.
pub(super) const CUSTODY: &str = "cloudpit-custody";

/// The provider's own staff, who see every slot.
pub(super) const OPERATOR: &str = "acme:operator";

/// Everything that runs.
pub(super) struct Stage {
    /// The provider's control plane.
    pub(super) provider: Running,
    /// The venue.
    pub(super) venue: Venue,
    secrets: Secrets,
}

/// The tokens of this run: new each time, and known to nobody else.
#[derive(Debug, Clone)]
struct Secrets {
    seed: blake3::Hash,
}

impl Secrets {
    fn token(&self, account: &str) -> String {
        blake3::keyed_hash(self.seed.as_bytes(), account.as_bytes()).to_string()
    }
}

impl Stage {
    /// Starts the control plane and the venue, which keep everything under `folder`.
    pub(super) async fn set(folder: &Path, guest_runtime: PathBuf) -> anyhow::Result<Self> {
        let secrets = Secrets { seed: seed()? };
        let provider = start_provider(folder, guest_runtime, &secrets).await?;
        let token_file = folder.join("acme.token");
        std::fs::write(&token_file, secrets.token(CUSTODY))?;
        let endpoint = format!("http://{}", provider.address());
        let venue = Venue::start(configuration(endpoint, token_file)?, &folder.join("venue")).await;
        match venue {
            Ok(venue) => Ok(Self {
                provider,
                venue,
                secrets,
            }),
            Err(error) => {
                stop(provider).await?;
                Err(error)
            }
        }
    }

    /// What the customer `account` may do at the control plane.
    pub(super) fn customer(&self, account: &str) -> anyhow::Result<ControlPlane> {
        let base = format!("http://{}/v1", self.provider.address());
        ControlPlane::new(&base, &self.secrets.token(account))
    }

    /// Has `account` upload an image of this name that the venue may use.
    pub(super) async fn image(&self, account: &str, name: &str) -> anyhow::Result<Image> {
        let script = format!("#!/bin/sh\n# name: {name}\nexec \"$GUEST_RUNTIME\" guest \"$0\"\n");
        self.customer(account)?
            .upload(name, script.into_bytes(), CUSTODY)
            .await
    }

    /// Has `account` launch an instance of this image and give its slot into custody.
    pub(super) async fn deposit(&self, account: &str, image: &Image) -> anyhow::Result<Instance> {
        let customer = self.customer(account)?;
        let instance = customer.launch(image, INSTANCE_TYPE).await?;
        customer
            .deposit(&instance.slot_id, CUSTODY, account)
            .await?;
        Ok(instance)
    }

    /// Checks that `account` has `expected` USD, a decimal number, to spend.
    pub(super) async fn cash(&self, account: &str, expected: &str) -> anyhow::Result<()> {
        let desk = self
            .venue
            .settlement_desk()
            .context("the venue has no settlement")?;
        let account = Account::Cash(account.parse()?);
        let balances = desk.settlement().balances().await?;
        let held = balances
            .iter()
            .find(|balance| balance.account == account && balance.currency.as_str() == "USD")
            .with_context(|| format!("the ledger has no account {account}"))?;
        let held = Decimal::try_from_i128_with_scale(held.amount.micros(), 6)?;
        ensure!(
            held == expected.parse()?,
            "the ledger says {held} USD of {account}, not {expected}"
        );
        Ok(())
    }

    /// Stops everything, guests too.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let venue = self.venue.stop().await;
        let provider = stop(self.provider).await;
        venue.and(provider)
    }
}

async fn start_provider(
    folder: &Path,
    guest_runtime: PathBuf,
    secrets: &Secrets,
) -> anyhow::Result<Running> {
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let mut options = Options::new(folder.join("provider"), listen, guest_runtime);
    options.stop_guests_on_exit = true;
    options.slots = (1..=SLOTS)
        .map(|number| SlotSpec {
            slot_id: format!("slot-{number}"),
            region: REGION.to_owned(),
            instance_type: INSTANCE_TYPE.to_owned(),
            memory_mib: SLOT_MEMORY_MIB,
        })
        .collect();
    let principals = [
        ("acme:1001", Role::Customer),
        ("acme:1002", Role::Customer),
        ("acme:1003", Role::Customer),
        ("acme:1004", Role::Customer),
        (CUSTODY, Role::Custody),
        (OPERATOR, Role::Operator),
    ];
    options.principals = principals
        .into_iter()
        .map(|(account, role)| Principal {
            token: Token::new(secrets.token(account)),
            account: account.to_owned(),
            role,
        })
        .collect();
    reference_provider::serve(options)
        .await
        .context("the control plane did not start")
}

async fn stop(provider: Running) -> anyhow::Result<()> {
    let stopped = provider.stop().await;
    stopped
        .map_err(|error| anyhow::anyhow!("the control plane did not stop well: {}", error.message))
}

/// The demo's configuration, with what is known only now.
fn configuration(endpoint: String, token_file: PathBuf) -> anyhow::Result<Config> {
    let parsed = config::parse(config::examples::DEMO, "demo.toml");
    let mut config = parsed.map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let provider = config
        .providers
        .first_mut()
        .context("the demo's configuration names no provider")?;
    provider.endpoint = endpoint;
    provider.token = Secret::File(token_file);
    Ok(config)
}

/// 32 bytes from the system's source of randomness.
fn seed() -> anyhow::Result<blake3::Hash> {
    use std::io::Read;
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(blake3::Hash::from(bytes))
}
