//! `cloudpit provider --config FILE --data DIR`: runs the reference provider's control plane until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use config::Secret;
use reference_provider::{DriverKind, Options, Principal, Role, SlotSpec, Token};
use serde::Deserialize;

use super::say;
use crate::logging::{self, Format};
use crate::signals;

/// What `provider` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What the control plane has: slots and principals.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The folder that everything is kept under; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "cloudpit-provider")]
    data: PathBuf,
    /// Ends the guests too when the control plane stops; else the next start adopts them.
    #[arg(long)]
    stop_guests: bool,
}

/// The file of a control plane.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: SocketAddr,
    #[serde(default = "process")]
    driver: DriverKind,
    slots: Vec<SlotSpec>,
    principals: Vec<PrincipalEntry>,
}

/// One who may call the control plane, and where its token is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrincipalEntry {
    account: String,
    role: Role,
    token_file: Option<PathBuf>,
    token_env: Option<String>,
}

fn process() -> DriverKind {
    DriverKind::Process
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start(Format::Text);
    let options = options(arguments)?;
    super::runtime()?.block_on(async {
        let mut stop = signals::stop_requested()?;
        let running = reference_provider::serve(options).await?;
        say(format_args!(
            "the control plane answers on http://{}/v1; its description is at /v1/openapi.json",
            running.address()
        ));
        stop.requested().await;
        let stopped = running.stop().await;
        stopped.map_err(|error| {
            anyhow::anyhow!("the control plane did not stop well: {}", error.message)
        })
    })
}

fn options(arguments: &Arguments) -> anyhow::Result<Options> {
    let path = &arguments.config;
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let file: File = toml::from_str(&text)
        .with_context(|| format!("{} is not usable as it is", path.display()))?;
    let runtime = std::env::current_exe().context("this program cannot find itself")?;
    let mut options = Options::new(arguments.data.clone(), file.listen, runtime);
    options.driver = file.driver;
    options.slots = file.slots;
    options.stop_guests_on_exit = arguments.stop_guests;
    let folder = path.parent().unwrap_or(Path::new("."));
    options.principals = file
        .principals
        .into_iter()
        .map(|entry| principal(entry, folder))
        .collect::<anyhow::Result<_>>()?;
    Ok(options)
}

fn principal(entry: PrincipalEntry, folder: &Path) -> anyhow::Result<Principal> {
    let PrincipalEntry {
        account,
        role,
        token_file,
        token_env,
    } = entry;
    let secret = match (token_file, token_env) {
        (Some(file), None) => Secret::File(folder.join(file)),
        (None, Some(name)) => Secret::Environment(name),
        (None, None) | (Some(_), Some(_)) => {
            anyhow::bail!("principal {account} needs either token_file or token_env")
        }
    };
    let token = secret
        .read()
        .with_context(|| format!("the token of principal {account} cannot be had"))?;
    let token = Token::new(token.reveal());
    Ok(Principal {
        token,
        account,
        role,
    })
}
