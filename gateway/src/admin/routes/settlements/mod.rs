//! Reassignments as settlement carries them out: what operators look at, and what they decide.

pub(crate) mod acts;
pub(crate) mod books;
pub(crate) mod findings;
pub(crate) mod list;
pub(crate) mod providers;
pub(crate) mod statement;
mod statement_table;
pub(crate) mod timeline;

use axum::Router;
use settlement::{ActError, Settlement, StoreError};

use crate::admin::moment::written;
use crate::admin::{Office, Refused};

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .merge(acts::routes())
        .merge(books::routes())
        .merge(findings::routes())
        .merge(list::routes())
        .merge(providers::routes())
        .merge(statement::routes())
        .merge(timeline::routes())
}

/// Settlement, where the venue has one.
fn settlement(office: &Office) -> Result<&Settlement, Refused> {
    office.settlement.as_ref().ok_or_else(|| {
        Refused::unknown(
            "this venue settles nothing: it has no providers",
            "declare [[providers]] in the configuration, and start it again",
        )
    })
}

fn unreadable(error: StoreError) -> Refused {
    Refused::unreadable_books(&error)
}

/// Why an act was not done, and what to do.
fn not_done(error: ActError) -> Refused {
    match error {
        ActError::UnknownReassignment(_) => Refused::unknown(
            error.to_string(),
            "look it up: cloudpit admin settlements list, or ReassignmentID(20003) of its reports",
        ),
        ActError::UnknownProvider(_) => Refused::unknown(
            error.to_string(),
            "look it up: cloudpit admin settlements providers",
        ),
        ActError::Refused(refusal) => Refused::by_settlement(
            refusal.to_string(),
            "see how it stands: cloudpit admin settlements show",
        ),
        ActError::AlreadySo(_) => {
            Refused::by_settlement(error.to_string(), "nothing is to be done")
        }
        ActError::FundShort(_) => Refused::by_settlement(
            error.to_string(),
            "pay into it first: cloudpit admin settlements fund",
        ),
        ActError::Store(error) => unreadable(error),
        ActError::CallUnderWay { until, .. } => Refused::by_settlement(
            error.to_string(),
            format!("ask again after {}", written(until)),
        ),
        ActError::ReferenceTaken { .. } => Refused::by_settlement(
            error.to_string(),
            "look whether it is the same payment; another one needs another --reference",
        ),
    }
}
