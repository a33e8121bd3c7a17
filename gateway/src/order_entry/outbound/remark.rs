//! What an ExecutionReport(8) says beside where its order stands: Text(58), OrdRejReason(103) and
//! ExecRestatementReason(378).

use engine::{
    Amendment, ClientOrderId, FillAmendment, NewOrder, OrderRefusal, SessionName, TradingScope,
};
use fix_codec::values::{ExecRestatementReason, OrdRejReason};

use crate::order_entry::refusals::{ord_rej_reason, order_text};
use crate::order_entry::words::Words;

/// Room for Text(58).
type Text = Words<256>;

/// How Text(58) marks every report on an order for a test instrument.
const TEST_INSTRUMENT: &str = "test instrument";

/// Why a report is made that its ExecType(150) alone does not explain.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remark<'e> {
    None,
    Refused(OrderRefusal, &'e NewOrder),
    CancelledByMarket(&'static str),
    CancelledOnDisconnect(&'e SessionName),
    CancelledOnHalt,
    Reduced,
    CancelledWithMany(&'e ClientOrderId),
    Amended(&'e FillAmendment),
    CancelledByBlock(&'e TradingScope),
}

impl Remark<'_> {
    /// Text(58): what is to be said, behind the mark of a test instrument.
    pub(super) fn text(&self, test: bool) -> Option<Text> {
        let said = match self {
            Self::None if test => return Some(Text::of(TEST_INSTRUMENT)),
            Self::None => return None,
            Self::Refused(reason, order) => Text::of(order_text(*reason, order).as_str()),
            Self::CancelledByMarket(why) => Text::of(why),
            Self::CancelledOnDisconnect(session) => {
                Text::of(format_args!("cancelled on disconnect of {session}"))
            }
            Self::CancelledOnHalt => Text::of("trading in the instrument is halted"),
            Self::Reduced => Text::of(
                "self-match prevention: made smaller in the place of a trade with an order of its own",
            ),
            Self::CancelledWithMany(request) => Text::of(format_args!(
                "cancelled by the mass cancel ClOrdID={request}"
            )),
            Self::Amended(amendment) => amendment_text(amendment),
            Self::CancelledByBlock(scope) => {
                Text::of(format_args!("trading is blocked for {scope}"))
            }
        };
        if test {
            return Some(Text::of(format_args!(
                "{TEST_INSTRUMENT}: {}",
                said.as_str()
            )));
        }
        Some(said)
    }

    /// OrdRejReason(103) of a report that refuses.
    pub(super) fn ord_rej_reason(&self) -> Option<OrdRejReason> {
        match self {
            Self::Refused(reason, _) => Some(ord_rej_reason(*reason)),
            Self::None
            | Self::CancelledByMarket(_)
            | Self::CancelledOnDisconnect(_)
            | Self::CancelledOnHalt
            | Self::Reduced
            | Self::CancelledWithMany(_)
            | Self::Amended(_)
            | Self::CancelledByBlock(_) => None,
        }
    }

    /// ExecRestatementReason(378) of a report that nobody asked for.
    pub(super) fn restatement_reason(&self) -> Option<ExecRestatementReason> {
        match self {
            Self::None | Self::Refused(..) | Self::CancelledWithMany(_) | Self::Amended(_) => None,
            Self::CancelledByMarket(_)
            | Self::CancelledOnDisconnect(_)
            | Self::CancelledByBlock(_) => Some(ExecRestatementReason::MarketOption),
            Self::CancelledOnHalt => Some(ExecRestatementReason::CancelOnTradingHalt),
            Self::Reduced => Some(ExecRestatementReason::PartialDecline),
        }
    }
}

/// What was done to a fill, and why.
fn amendment_text(amendment: &FillAmendment) -> Text {
    let FillAmendment { fill, reason, .. } = amendment;
    let (trade, quantity, price) = (fill.trade, fill.quantity, fill.price);
    match amendment.change {
        Amendment::Bust => Text::of(format_args!(
            "trade {trade} busted: {quantity} at {price}: {reason}"
        )),
        Amendment::Correct { .. } => Text::of(format_args!(
            "trade {trade} corrected: {quantity} at {price}: {reason}"
        )),
    }
}
