//! What operators decide of a reassignment, and what they pay into the default fund. Each is written down in settlement's
//! books with what it does.

use std::fmt;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use engine::{CurrencyCode, Notional, ReassignmentId, Remark};
use serde::{Deserialize, Serialize};
use settlement::ledger::Amount;
use settlement::machine::{self, CashOut as InCash};
use settlement::{Booked, By, Payment};

use super::{not_done, settlement};
use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::{Office, Refused, plain};

/// Where an act without terms is asked for.
pub(crate) const ACTS: &str = "/v1/settlements/act";

/// Where an end in cash is asked for.
pub(crate) const CASH_OUTS: &str = "/v1/settlements/cash-out";

/// Where a payment into the default fund is written down.
pub(crate) const FUND: &str = "/v1/settlements/fund";

/// What is to be done with a reassignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decide {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// What.
    pub(crate) act: ActWord,
    /// Why. Goes into settlement's books; of `reverse`, both parties are told.
    pub(crate) reason: Remark,
}

/// An act without terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ActWord {
    /// It stands still.
    Suspend,
    /// It goes on with what it had left.
    Resume,
    /// It goes on with all attempts and all its time.
    Retry,
    /// It is undone.
    Reverse,
}

/// What is to end in cash, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CashOut {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// What the default fund pays the buyer beside its own cash; none: nothing.
    pub(crate) difference: Option<String>,
    /// Whether the seller's instance is gone, where settlement has not seen it.
    pub(crate) instance: Option<InstanceWord>,
    /// Why. Goes into settlement's books.
    pub(crate) reason: Remark,
}

/// What became of the seller's instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InstanceWord {
    /// It is gone: the seller is paid its price.
    Taken,
    /// The seller has it.
    Kept,
}

/// What is paid into the default fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fund {
    /// What the amount is in.
    pub(crate) currency: CurrencyCode,
    /// How much.
    #[serde(with = "plain")]
    pub(crate) amount: Notional,
    /// What whoever pays calls it. Nothing is booked twice with one reference.
    pub(crate) reference: Option<Remark>,
    /// Why. Goes into settlement's books.
    pub(crate) reason: Remark,
}

/// Something was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decided {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// What was done.
    pub(crate) act: String,
    /// Its state from then on.
    pub(crate) state: String,
}

/// Something was paid into the default fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Funded {
    /// What the amount is in.
    pub(crate) currency: CurrencyCode,
    /// How much.
    #[serde(with = "plain")]
    pub(crate) amount: Notional,
    /// What whoever paid calls it.
    pub(crate) reference: Option<Remark>,
    /// It had been booked before, with this reference: nothing was done now.
    pub(crate) booked_before: bool,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(ACTS, post(decide))
        .route(CASH_OUTS, post(cash_out))
        .route(FUND, post(fund))
}

async fn decide(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<Decide>,
) -> Result<Told<Json<Decided>>, Refused> {
    let act = match asked.act {
        ActWord::Suspend => machine::Act::Suspend,
        ActWord::Resume => machine::Act::Resume,
        ActWord::Retry => machine::Act::Retry,
        ActWord::Reverse => machine::Act::Reverse,
    };
    let reason = asked.reason;
    done(&office, asked.reassignment, act, By { operator, reason }).await
}

async fn cash_out(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<CashOut>,
) -> Result<Told<Json<Decided>>, Refused> {
    let difference = asked.difference.as_deref().map(difference).transpose()?;
    let instance_taken = asked
        .instance
        .map(|instance| instance == InstanceWord::Taken);
    let act = machine::Act::CashOut(InCash {
        difference: difference.flatten(),
        instance_taken,
    });
    let reason = asked.reason;
    done(&office, asked.reassignment, act, By { operator, reason }).await
}

/// An amount that may be nothing.
fn difference(text: &str) -> Result<Option<Amount>, Refused> {
    let amount: Option<Notional> = text.parse().ok();
    match amount.map(Notional::micros) {
        Some(0) => Ok(None),
        Some(micros) if micros > 0 => match Amount::new(micros) {
            Some(amount) => Ok(Some(amount)),
            None => Err(no_amount(text)),
        },
        Some(_) | None => Err(no_amount(text)),
    }
}

fn no_amount(text: &str) -> Refused {
    Refused::out_of_range(
        format!("{text} is no amount"),
        "give an amount such as 12.50, with at most six decimals",
    )
}

async fn done(
    office: &Office,
    reassignment: ReassignmentId,
    act: machine::Act,
    by: By,
) -> Result<Told<Json<Decided>>, Refused> {
    let state = settlement(office)?.act(&reassignment, &act, &by).await;
    let decided = Decided {
        reassignment,
        act: act.name().to_owned(),
        state: state.map_err(not_done)?.name().to_owned(),
    };
    let said = format!("{decided}; reason: {}", by.reason);
    Ok(Told {
        said,
        answer: Json(decided),
    })
}

async fn fund(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<Fund>,
) -> Result<Told<Json<Funded>>, Refused> {
    let Fund {
        currency,
        amount,
        reference,
        reason,
    } = asked;
    let Some(paid) = Amount::new(amount.micros()) else {
        return Err(no_amount(&amount.to_string()));
    };
    let by = By { operator, reason };
    let payment = Payment {
        currency,
        amount: paid,
        reference,
    };
    let booked = settlement(&office)?.fund(&payment, &by).await;
    let booked_before = booked.map_err(not_done)? == Booked::Before;
    let funded = Funded {
        currency,
        amount,
        reference,
        booked_before,
    };
    Ok(Told {
        said: format!("{funded}; reason: {reason}"),
        answer: Json(funded),
    })
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, act, state) = (self.reassignment, &self.act, &self.state);
        write!(f, "{act} of reassignment {id}: it is {state} now")
    }
}

impl fmt::Display for Funded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (amount, currency) = (self.amount, self.currency);
        write!(f, "{amount} {currency} paid into the default fund")?;
        if let Some(reference) = self.reference {
            write!(f, ", reference {reference}")?;
        }
        if self.booked_before {
            f.write_str(": it was booked before, nothing is done now")?;
        }
        Ok(())
    }
}
