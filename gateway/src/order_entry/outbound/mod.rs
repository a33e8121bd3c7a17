//! What the market answers, from its events to FIX: one [`Report`] for each session that an event concerns.
//!
//! | event | message |
//! |---|---|
//! | accepted, refused, elected, filled, made smaller, cancelled, expired order | ExecutionReport(8): see `execution` |
//! | busted or corrected fill | ExecutionReport(8): see `execution` |
//! | replaced order, answer to a question | ExecutionReport(8): see `execution`; where there is no order: `no_order` |
//! | cancel or change refused | OrderCancelReject(9): see `cancel_reject` |
//! | cancel of many orders | OrderMassCancelReport(r): see `mass_cancel` |
//! | trade, also busted or corrected; reassignment | Confirmation(AK): see `confirmation` |

mod cancel_reject;
mod confirmation;
mod execution;
mod mass_cancel;
mod no_order;
mod remark;

use cancel_reject::CancelReject;
use confirmation::Settlement;
use engine::{Event, FirmName, SessionName};
use execution::Execution;
use fix_codec::messages::{Group, Party, PartySub};
use fix_codec::{BodyWriter, EncodeBody, MsgType};
use mass_cancel::MassCancel;
use no_order::NoOrder;

use super::routing::{Concern, Part};

/// PartyIDSource(447) of a name that the venue gave.
const PROPRIETARY: &str = "D";
/// PartyRole(452) of the firm whose order it is.
const EXECUTING_FIRM: u32 = 1;
/// PartySubIDType(803) of its session.
const SYSTEM: u32 = 3;

/// A report on an event to one session. Borrows from the event; written out without allocating, but for
/// the list of instances that a fill names.
#[derive(Debug, Clone)]
pub struct Report<'e> {
    subject: Subject<'e>,
    copied: Option<Copied<'e>>,
}

#[derive(Debug, Clone)]
enum Subject<'e> {
    Execution(Execution<'e>),
    CancelReject(CancelReject<'e>),
    MassCancel(MassCancel<'e>),
    NoOrder(NoOrder<'e>),
    Settlement(Settlement<'e>),
}

/// Whose report a drop copy is a copy of.
#[derive(Debug, Clone, Copy)]
struct Copied<'e> {
    firm: &'e FirmName,
    session: &'e SessionName,
}

/// The report that an event calls for; nothing when `concern` is not one of that event's.
pub fn report<'e>(event: &'e Event, concern: &Concern<'e>) -> Option<Report<'e>> {
    let subject = match concern.part {
        Part::Order | Part::Request => Execution::of(event)
            .map(Subject::Execution)
            .or_else(|| CancelReject::of(event).map(Subject::CancelReject))?,
        Part::Answer => Execution::of(event)
            .map(Subject::Execution)
            .or_else(|| MassCancel::of(event).map(Subject::MassCancel))
            .or_else(|| NoOrder::of(event).map(Subject::NoOrder))?,
        Part::Settlement { leg, side } => Subject::Settlement(Settlement::of(event, leg, side)?),
    };
    Some(Report {
        subject,
        copied: None,
    })
}

impl<'e> Report<'e> {
    /// The drop copy of this report: CopyMsgIndicator(797)=Y, and the firm and session that it is a copy for as
    /// Parties. Nothing for a message that FIX 4.4 has no drop copy of, or that only answers a question.
    pub(crate) fn copied(self, firm: &'e FirmName, session: &'e SessionName) -> Option<Self> {
        match self.subject {
            Subject::Execution(_) | Subject::Settlement(_) => Some(Self {
                copied: Some(Copied { firm, session }),
                ..self
            }),
            Subject::CancelReject(_) | Subject::MassCancel(_) | Subject::NoOrder(_) => None,
        }
    }
}

impl EncodeBody for Report<'_> {
    fn msg_type(&self) -> MsgType {
        match self.subject {
            Subject::Execution(_) | Subject::NoOrder(_) => MsgType::ExecutionReport,
            Subject::MassCancel(_) => MsgType::OrderMassCancelReport,
            Subject::CancelReject(_) => MsgType::OrderCancelReject,
            Subject::Settlement(_) => MsgType::Confirmation,
        }
    }

    fn encode_body(&self, out: &mut BodyWriter<'_>) {
        let Some(copied) = self.copied else {
            return self.subject.encode(None, out);
        };
        let sub_ids = [PartySub {
            party_sub_id: copied.session.as_str(),
            party_sub_id_type: Some(SYSTEM),
        }];
        let firm = Party {
            party_id: copied.firm.as_str(),
            party_id_source: Some(PROPRIETARY),
            party_role: Some(EXECUTING_FIRM),
            sub_ids: Group::new(&sub_ids),
        };
        self.subject.encode(Some(&firm), out);
    }
}

impl Subject<'_> {
    /// Writes the body; with the firm that it is a copy for, as a copy.
    fn encode(&self, copied: Option<&Party<'_>>, out: &mut BodyWriter<'_>) {
        let parties = copied.map_or(&[][..], std::slice::from_ref);
        match self {
            Self::Execution(execution) => execution.encode(parties, out),
            Self::CancelReject(reject) => reject.encode(out),
            Self::MassCancel(answer) => answer.encode(out),
            Self::NoOrder(answer) => answer.encode(out),
            Self::Settlement(settlement) => settlement.encode(parties, out),
        }
    }
}
