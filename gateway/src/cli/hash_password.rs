//! `cloudpit hash-password`: reads a password from standard input and prints its hash, for the configuration.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use anyhow::Context as _;

use super::say;
use crate::identity::{check_new_password, hash};

/// What `hash-password` takes: nothing. A password on a command line could be seen by others.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

/// The longest line that is read, in bytes.
const LINE_BYTES_MAX: u64 = 4_096;

pub(super) fn run(_: &Arguments) -> anyhow::Result<()> {
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        anyhow::bail!(
            "write the password to standard input, so that it is neither seen nor kept: \
             cloudpit hash-password < FILE"
        );
    }
    let mut line = String::new();
    let mut input = input.take(LINE_BYTES_MAX);
    input
        .read_line(&mut line)
        .context("the password cannot be read")?;
    let password = line.trim_end_matches(['\r', '\n']);
    check_new_password(password, None, &[])
        .map_err(|weak| anyhow::anyhow!("the password {weak}"))?;
    say(hash(password).reveal());
    Ok(())
}
