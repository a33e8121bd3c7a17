//! `cloudpit admin settlements`: reassignments as settlement carries them out, and what operators decide of them.

use chrono::NaiveDate;
use clap::Subcommand;
use engine::{CurrencyCode, FirmName, Notional, ProviderName, ReassignmentId, Remark};

use super::call::{Call, Failure};
use crate::admin::routes::settlements::acts::{
    ACTS, ActWord, CASH_OUTS, CashOut, Decide, Decided, FUND, Fund, Funded, InstanceWord,
};
use crate::admin::routes::settlements::books::{ALARMS, Alarms, BALANCES, Balances};
use crate::admin::routes::settlements::findings::{self, FINDINGS, Findings};
use crate::admin::routes::settlements::list::{self, SETTLEMENTS, Settlements};
use crate::admin::routes::settlements::providers::{
    PROVIDERS, Providers, RESUMED, SUSPENDED, Switch, Switched,
};
use crate::admin::routes::settlements::statement::{self, STATEMENT};
use crate::admin::routes::settlements::timeline::{self, TIMELINE, Timeline};

/// What `settlements` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists reassignments, oldest first.
    List(List),
    /// Shows how one went: its states, every call to its provider, what operators did.
    Show {
        /// ReassignmentID(20003), such as 28-0-0.
        reassignment: ReassignmentId,
    },
    /// Lets one stand still: nothing is called, and its time does not run.
    Suspend(One),
    /// Lets a suspended one go on with the attempts and the time that it had left.
    Resume(One),
    /// Lets a parked or suspended one go on with all attempts and all its time; the slot is looked at first.
    Retry(One),
    /// Undoes one before its point of no return: the buyer has its cash, the seller keeps the instance.
    Reverse(One),
    /// Ends a parked or suspended one in cash, behind its point of no return.
    CashOut(InCash),
    /// Pays into the default fund, from which what ends in cash is paid.
    Fund(Payment),
    /// Shows what the venue's own accounts have.
    Balances,
    /// Lists the latest alarms, the latest first.
    Alarms,
    /// Lists where providers' listings of custody and the register differ.
    Findings {
        /// Also what is gone.
        #[arg(long)]
        all: bool,
    },
    /// Gives a firm's cash accounts, movements and obligations of one day.
    Statement(Statement),
    /// Lists the providers, and whether they are asked.
    Providers,
    /// Has nothing asked of a provider until it is resumed.
    SuspendProvider(Provider),
    /// Has a provider asked again.
    ResumeProvider(Provider),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only those in this state, such as MANUAL.
    #[arg(long)]
    state: Option<String>,
    /// Only those of this provider.
    #[arg(long)]
    provider: Option<ProviderName>,
    /// Goes on behind this one.
    #[arg(long, value_name = "REASSIGNMENT")]
    after: Option<ReassignmentId>,
}

#[derive(Debug, clap::Args)]
struct Statement {
    /// Whose.
    firm: FirmName,
    /// Which day, in UTC, such as 2026-11-29.
    #[arg(long)]
    day: NaiveDate,
    /// As a table for a spreadsheet, or as JSON.
    #[arg(long, default_value = "csv")]
    format: Format,
}

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values, with a line for each thing (RFC 4180).
    Csv,
    /// JSON.
    Json,
}

#[derive(Debug, clap::Args)]
struct One {
    /// ReassignmentID(20003), such as 28-0-0.
    reassignment: ReassignmentId,
    /// Why, for settlement's books.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

#[derive(Debug, clap::Args)]
struct InCash {
    #[command(flatten)]
    one: One,
    /// What the default fund pays the buyer beside its own cash, such as 12.50: at most the price.
    #[arg(long, value_name = "AMOUNT")]
    difference: Option<Notional>,
    /// Whether the seller's instance is gone; needed only where settlement has not seen it.
    #[arg(long)]
    instance: Option<InstanceWord>,
}

#[derive(Debug, clap::Args)]
struct Payment {
    /// What the amount is in, such as USD.
    currency: CurrencyCode,
    /// How much, such as 5000.00.
    amount: Notional,
    /// What whoever pays calls it: nothing is booked twice with one reference.
    #[arg(long, value_name = "TEXT")]
    reference: Option<Remark>,
    /// Why, for settlement's books.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

#[derive(Debug, clap::Args)]
struct Provider {
    /// Its name.
    provider: ProviderName,
    /// Why, for settlement's books.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

impl Provider {
    fn switch(&self) -> Switch {
        Switch {
            provider: self.provider,
            reason: self.reason,
        }
    }
}

pub(super) async fn run(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::List(list) => {
            let which = list::Which {
                state: list.state.clone(),
                provider: list.provider,
                after: list.after.map(|after| after.to_string()),
            };
            call.read::<Settlements>(SETTLEMENTS, &which).await
        }
        What::Show { reassignment } => {
            let reassignment = *reassignment;
            let which = timeline::Which { reassignment };
            call.read::<Timeline>(TIMELINE, &which).await
        }
        What::Suspend(one) => decide(call, one, ActWord::Suspend).await,
        What::Resume(one) => decide(call, one, ActWord::Resume).await,
        What::Retry(one) => decide(call, one, ActWord::Retry).await,
        What::Reverse(one) => decide(call, one, ActWord::Reverse).await,
        What::CashOut(terms) => {
            let cash_out = CashOut {
                reassignment: terms.one.reassignment,
                difference: terms.difference.map(|amount| amount.to_string()),
                instance: terms.instance,
                reason: terms.one.reason,
            };
            call.change::<Decided>(CASH_OUTS, &cash_out).await
        }
        What::Fund(payment) => {
            let fund = Fund {
                currency: payment.currency,
                amount: payment.amount,
                reference: payment.reference,
                reason: payment.reason,
            };
            call.change::<Funded>(FUND, &fund).await
        }
        What::Balances => call.read::<Balances>(BALANCES, &()).await,
        What::Alarms => call.read::<Alarms>(ALARMS, &()).await,
        What::Findings { all } => {
            let which = findings::Which { all: *all };
            call.read::<Findings>(FINDINGS, &which).await
        }
        What::Statement(asked) => {
            let which = statement::Which {
                firm: asked.firm,
                day: asked.day,
            };
            let json = asked.format == Format::Json;
            call.read_as::<statement::Statement>(STATEMENT, &which, json)
                .await
        }
        What::Providers => call.read::<Providers>(PROVIDERS, &()).await,
        What::SuspendProvider(provider) => {
            call.change::<Switched>(SUSPENDED, &provider.switch()).await
        }
        What::ResumeProvider(provider) => {
            call.change::<Switched>(RESUMED, &provider.switch()).await
        }
    }
}

async fn decide(call: &Call, one: &One, act: ActWord) -> Result<(), Failure> {
    let decide = Decide {
        reassignment: one.reassignment,
        act,
        reason: one.reason,
    };
    call.change::<Decided>(ACTS, &decide).await
}
