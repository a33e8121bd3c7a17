//! Drop copy: the reports of firms, copied to those who watch them. A copy says the same as the report, with
//! CopyMsgIndicator(797)=Y and the firm and its session as Parties: PartyID(448) the firm, PartyIDSource(447)=D,
//! PartyRole(452)=1 executing firm, PartySubID(523) the session with PartySubIDType(803)=3.
//!
//! ExecutionReport(8) and Confirmation(AK) are copied. OrderCancelReject(9) is not: FIX 4.4 gives it neither
//! field. Answers that never reached the market are not copied either, for there is no event to copy.

use config::Copied;
use engine::{Event, FirmName};

use crate::order_entry::outbound::{self, Report};
use crate::order_entry::routing::{Concern, concerns};

/// The copies of the reports on an event that a drop-copy session gets that watches these firms, in order. One
/// copy of a report, however many sessions the report itself went to; one for each party of a settlement.
pub fn copies<'e>(event: &'e Event, of: &Copied) -> impl Iterator<Item = Report<'e>> {
    concerns(event).filter_map(move |concern| {
        let firm = watched(&concern, of)?;
        outbound::report(event, &concern)?.copied(firm, concern.session)
    })
}

/// The firm that a message is about, if it is copied to one who watches these firms.
fn watched<'e>(concern: &Concern<'e>, of: &Copied) -> Option<&'e FirmName> {
    let firm = concern.firm.filter(|_| concern.is_copied())?;
    match of {
        Copied::All => Some(firm),
        Copied::Firms(firms) => firms.contains(firm).then_some(firm),
    }
}

#[cfg(test)]
mod tests;
