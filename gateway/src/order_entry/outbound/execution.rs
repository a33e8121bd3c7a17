//! ExecutionReport(8), FIX 4.4 Volume 4: what became of an order.
//!
//! | event | ExecType(150) | OrdStatus(39) | besides |
//! |---|---|---|---|
//! | accepted | 0 | 0 | |
//! | stop order elected | L | 0 | |
//! | filled | F | 1, or 2 when nothing is open | 31 32 851 527 20001 |
//! | replaced | 5 | 0 or 1, or 2 when nothing is open | 11 the new one, 41 the one before |
//! | cancelled on request | 4 | 4 | 11 the request's, 41 the order's |
//! | cancelled with many | 4 | 4 | 58 by which request |
//! | fill busted | H | where it stands; 4 where it was filled | 19, 527 20001 of the fill, 32 is 0, 58 why |
//! | fill corrected | G | where it stands | 19, 31 the new price, 32 527 851 20001 of the fill, 58 why |
//! | asked for | I | where it stands | 790; or 584, 911 and 912 |
//! | cancelled by the market | 4 | 4 | 378=8, 58 why |
//! | made smaller in the place of a trade with its own | D | 0 or 1 | 378=5, 58 why |
//! | expired | C | C | |
//! | refused | 8 | 8 | 103, 58 why and what was attempted |
//!
//! SecondaryExecID(527) is the trade: the same in both parties' reports. It stands for TrdMatchID(880), which FIX 4.4
//! does not have in this message.

use engine::{
    AccountName, Amendment, CancelCause, ClientOrderId, Conditions, Event, EventBody, ExecutionId,
    Fill, FillAmendment, ImageName, NewOrder, Notional, OrderId, OrderKind, OrderRefusal,
    OrderView, Quantity, Question, RequestId, SelfMatchGroup, Side, Symbol, TimeInForce, Timestamp,
};
use fix_codec::messages::{ExecutionReport, Group, Party};
use fix_codec::values::{ExecType, OrdStatus, TokenList};
use fix_codec::{BodyWriter, EncodeBody};

use crate::order_entry::amounts::{average_price, price_to, quantity_to};
use crate::order_entry::codes;
use crate::order_entry::times::{expire_date, expire_time, utc};
use crate::order_entry::words::Words;

use super::remark::Remark;

/// ExecInst(18) of a post-only order.
const POST_ONLY: TokenList<'static> = TokenList::Tokens(&["6"]);

/// One report on an order, in the market's words.
#[derive(Debug, Clone)]
pub(super) struct Execution<'e> {
    exec_type: ExecType,
    ord_status: OrdStatus,
    order_id: OrderId,
    execution: ExecutionId,
    client_order_id: &'e ClientOrderId,
    original_client_order_id: Option<&'e ClientOrderId>,
    terms: Terms<'e>,
    leaves: Quantity,
    cumulative: Quantity,
    filled: Notional,
    fill: Option<&'e Fill>,
    /// The report whose place this one takes.
    refers_to: Option<ExecutionId>,
    answers: Option<&'e Question>,
    remark: Remark<'e>,
    /// On a test instrument: every report says so.
    test: bool,
    time: Timestamp,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
struct Terms<'e> {
    account: &'e AccountName,
    symbol: &'e Symbol,
    side: Side,
    kind: OrderKind,
    quantity: Quantity,
    time_in_force: TimeInForce,
    image: Option<&'e ImageName>,
    conditions: Option<&'e Conditions>,
}

impl<'e> Execution<'e> {
    /// The report on this event; nothing when it is not about an order that lived or was refused.
    pub(super) fn of(event: &'e Event) -> Option<Self> {
        let time = event.time;
        let on = |order: &'e OrderView, execution: &ExecutionId, exec_type| {
            Self::on(order, *execution, exec_type, time)
        };
        match &event.body {
            EventBody::OrderAccepted { order, execution } => {
                Some(on(order, execution, ExecType::New))
            }
            EventBody::OrderFilled {
                order,
                execution,
                fill,
            } => Some(Self {
                fill: Some(fill),
                ..on(order, execution, ExecType::Trade)
            }),
            EventBody::FillAmended(amendment) => Some(Self::amended(amendment, time)),
            EventBody::OrderExpired { order, execution } => {
                Some(on(order, execution, ExecType::Expired))
            }
            EventBody::OrderTriggered { order, execution } => {
                Some(on(order, execution, ExecType::TriggeredOrActivated))
            }
            EventBody::OrderReduced { order, execution } => {
                Some(on(order, execution, ExecType::Restated).reduced())
            }
            EventBody::OrderCancelled {
                order,
                execution,
                cause,
            } => Some(on(order, execution, ExecType::Cancelled).cancelled(order, cause)),
            EventBody::OrderReplaced {
                order, execution, ..
            } => Some(on(order, execution, ExecType::Replaced)),
            EventBody::OrderRejected { .. } => Self::rejection(event),
            EventBody::OrderReported { .. } => Self::answer(event),
            EventBody::CancelRejected { .. }
            | EventBody::ReplaceRejected { .. }
            | EventBody::OrdersCancelled { .. }
            | EventBody::MassCancelRejected { .. }
            | EventBody::NothingReported { .. }
            | EventBody::TradeExecuted(_)
            | EventBody::TradeAmended(_)
            | EventBody::TradeAmendmentRefused { .. }
            | EventBody::ReassignmentUpdated(_)
            | EventBody::Ignored { .. }
            | EventBody::InstrumentListed(_)
            | EventBody::FirmAdmitted { .. }
            | EventBody::AccountOpened { .. }
            | EventBody::SessionAdmitted { .. }
            | EventBody::SessionReset { .. }
            | EventBody::InstanceDeposited { .. }
            | EventBody::DepositRefused { .. }
            | EventBody::InstanceWithdrawn { .. }
            | EventBody::WithdrawalRefused { .. }
            | EventBody::InstanceTransferred { .. }
            | EventBody::InstanceRetired { .. }
            | EventBody::TradingDayEnded
            | EventBody::SessionConnected { .. }
            | EventBody::SessionDisconnected { .. }
            | EventBody::GraceEnded { .. }
            | EventBody::SelfMatchPreventionSet { .. }
            | EventBody::RiskLimitsChanged(_)
            | EventBody::TradingBlocked { .. }
            | EventBody::TradingReleased { .. }
            | EventBody::PhaseChanged(_)
            | EventBody::PhaseScheduled { .. }
            | EventBody::AuctionHeld(_)
            | EventBody::HaltPolicySet { .. } => None,
        }
    }

    fn reduced(self) -> Self {
        Self {
            remark: Remark::Reduced,
            ..self
        }
    }

    /// The report on an order that was refused.
    fn rejection(event: &'e Event) -> Option<Self> {
        let EventBody::OrderRejected {
            order,
            order_id,
            execution,
            reason,
            test,
            ..
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            test: *test,
            ..Self::refused(order, *order_id, *execution, *reason, event.time)
        })
    }

    /// The report on a fill that was busted or corrected.
    fn amended(amendment: &'e FillAmendment, time: Timestamp) -> Self {
        let exec_type = match amendment.change {
            Amendment::Bust => ExecType::TradeCancel,
            Amendment::Correct { .. } => ExecType::TradeCorrect,
        };
        Self {
            fill: Some(&amendment.fill),
            refers_to: Some(amendment.refers_to),
            remark: Remark::Amended(amendment),
            ..Self::on(&amendment.order, amendment.execution, exec_type, time)
        }
    }

    /// The report that answers a question.
    fn answer(event: &'e Event) -> Option<Self> {
        let EventBody::OrderReported {
            order,
            execution,
            answers,
            ..
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            answers: Some(answers),
            ..Self::on(order, *execution, ExecType::OrderStatus, event.time)
        })
    }

    fn on(
        order: &'e OrderView,
        execution: ExecutionId,
        exec_type: ExecType,
        time: Timestamp,
    ) -> Self {
        Self {
            exec_type,
            ord_status: codes::ord_status(order.status),
            order_id: order.order_id,
            execution,
            client_order_id: &order.client_order_id,
            original_client_order_id: order.original_client_order_id.as_ref(),
            terms: Terms {
                account: &order.account,
                symbol: &order.symbol,
                side: order.side,
                kind: order.kind,
                quantity: order.quantity,
                time_in_force: order.time_in_force,
                image: order.image.as_ref(),
                conditions: order.conditions.as_deref(),
            },
            leaves: order.leaves,
            cumulative: order.cumulative,
            filled: order.filled_notional,
            fill: None,
            refers_to: None,
            answers: None,
            remark: Remark::None,
            test: order.test,
            time,
        }
    }

    fn cancelled(self, order: &'e OrderView, cause: &'e CancelCause) -> Self {
        let by_market = |why| Self {
            remark: Remark::CancelledByMarket(why),
            ..self.clone()
        };
        match cause {
            CancelCause::Requested {
                client_order_id, ..
            } => Self {
                client_order_id,
                original_client_order_id: Some(&order.client_order_id),
                ..self
            },
            CancelCause::ImmediateOrCancel => {
                by_market("immediate or cancel: no more could be filled now")
            }
            CancelCause::FillOrKill => by_market("fill or kill: it could not be filled whole now"),
            CancelCause::MarketUnfilled => by_market("market order: no more could be filled now"),
            CancelCause::PriceBandReached => {
                by_market("price band: no more could be filled within it now")
            }
            CancelCause::MinimumQuantity => {
                by_market("minimum quantity: so much could not be filled now")
            }
            CancelCause::SelfTradePrevented => {
                by_market("self-match prevention: it would have traded with an order of its own")
            }
            CancelCause::OpeningOver => {
                by_market("at the opening: the opening auction is over, or is not held")
            }
            CancelCause::CloseOver => {
                by_market("at the close: the closing auction is over, or is not held")
            }
            CancelCause::Halted => Self {
                remark: Remark::CancelledOnHalt,
                ..self
            },
            CancelCause::Disconnected { session } => Self {
                remark: Remark::CancelledOnDisconnect(session),
                ..self
            },
            CancelCause::MassCancelled {
                client_order_id, ..
            } => Self {
                remark: Remark::CancelledWithMany(client_order_id),
                ..self
            },
            CancelCause::TradingBlocked { scope } => Self {
                remark: Remark::CancelledByBlock(scope),
                ..self
            },
        }
    }

    fn refused(
        order: &'e NewOrder,
        order_id: OrderId,
        execution: ExecutionId,
        reason: OrderRefusal,
        time: Timestamp,
    ) -> Self {
        Self {
            exec_type: ExecType::Rejected,
            ord_status: OrdStatus::Rejected,
            order_id,
            execution,
            client_order_id: &order.client_order_id,
            original_client_order_id: None,
            terms: Terms {
                account: &order.account,
                symbol: &order.symbol,
                side: order.side,
                kind: order.kind,
                quantity: order.quantity,
                time_in_force: order.time_in_force,
                image: order.image.as_ref(),
                conditions: order.conditions.as_deref(),
            },
            leaves: Quantity::ZERO,
            cumulative: Quantity::ZERO,
            filled: Notional::ZERO,
            fill: None,
            refers_to: None,
            answers: None,
            remark: Remark::Refused(reason, order),
            test: false,
            time,
        }
    }

    /// Writes the body. `parties` is the firm that it is a copy for, or nothing.
    pub(super) fn encode(&self, parties: &[Party<'_>], out: &mut BodyWriter<'_>) {
        let order_id = Words::<24>::of(self.order_id);
        let exec_id = Words::<40>::of(self.execution);
        let exec_ref_id = self.refers_to.map(Words::<40>::of);
        let trade_id = self.fill.map(|fill| Words::<40>::of(fill.trade));
        let instances: Vec<_> = self
            .fill
            .iter()
            .flat_map(|fill| &fill.instances)
            .map(|name| name.as_str())
            .collect();
        let text = self.remark.text(self.test);
        let ids = Ids {
            order_id: order_id.as_str(),
            exec_id: exec_id.as_str(),
            exec_ref_id: exec_ref_id.as_ref().map(Words::as_str),
            trade_id: trade_id.as_ref().map(Words::as_str),
            instances: &instances,
        };
        self.message(&ids, text.as_ref().map(Words::as_str), parties)
            .encode_body(out);
    }

    fn message<'m>(
        &'m self,
        ids: &Ids<'m>,
        text: Option<&'m str>,
        parties: &'m [Party<'m>],
    ) -> ExecutionReport<'m> {
        let (terms, answered) = (&self.terms, Answered::of(self.answers));
        let conditions = terms.conditions.copied().unwrap_or_default();
        ExecutionReport {
            order_id: ids.order_id,
            secondary_exec_id: ids.trade_id,
            cl_ord_id: Some(self.client_order_id.as_str()),
            orig_cl_ord_id: self.original_client_order_id.map(ClientOrderId::as_str),
            ord_status_req_id: answered.order,
            mass_status_req_id: answered.orders,
            tot_num_reports: answered.total,
            last_rpt_requested: answered.last,
            parties: Group::new(parties),
            exec_id: ids.exec_id,
            exec_ref_id: ids.exec_ref_id,
            exec_type: self.exec_type,
            ord_status: self.ord_status,
            ord_rej_reason: self.remark.ord_rej_reason(),
            exec_restatement_reason: self.remark.restatement_reason(),
            account: Some(terms.account.as_str()),
            symbol: terms.symbol.as_str(),
            side: codes::side(terms.side),
            order_qty: Some(quantity_to(terms.quantity)),
            ord_type: Some(codes::ord_type(terms.kind)),
            price: terms.kind.limit().map(price_to),
            stop_px: terms.kind.stop().map(price_to),
            currency: None,
            time_in_force: Some(codes::time_in_force(terms.time_in_force)),
            expire_date: expire_date(terms.time_in_force),
            expire_time: expire_time(terms.time_in_force),
            exec_inst: conditions.post_only.then_some(POST_ONLY),
            // By a fill that is taken back nothing more is filled, at no price: FIX 4.4 Volume 4, Appendix D.
            last_qty: self.fill.map(|fill| {
                let none = self.exec_type == ExecType::TradeCancel;
                quantity_to(if none { Quantity::ZERO } else { fill.quantity })
            }),
            last_px: (self.exec_type != ExecType::TradeCancel)
                .then_some(self.fill)
                .flatten()
                .map(|fill| price_to(fill.price)),
            leaves_qty: quantity_to(self.leaves),
            cum_qty: quantity_to(self.cumulative),
            avg_px: average_price(self.filled, self.cumulative),
            transact_time: Some(utc(self.time)),
            min_qty: conditions.minimum_quantity.map(quantity_to),
            max_floor: conditions.displayed_quantity.map(quantity_to),
            text,
            last_liquidity_ind: self
                .fill
                .and_then(|fill| codes::last_liquidity_ind(fill.liquidity)),
            copy_msg_indicator: (!parties.is_empty()).then_some(true),
            trd_match_id: None,
            instance_ids: (!ids.instances.is_empty()).then_some(TokenList::Tokens(ids.instances)),
            image_id: terms.image.map(ImageName::as_str),
            self_match_prevention_id: terms
                .conditions
                .and_then(|asked| asked.self_match_group.as_ref())
                .map(SelfMatchGroup::as_str),
            self_match_prevention_instruction: conditions
                .self_match_instruction
                .map(codes::self_match_prevention_instruction),
        }
    }
}

/// What a report answers: OrdStatusReqID(790), or MassStatusReqID(584), TotNumReports(911), LastRptRequested(912).
#[derive(Default)]
struct Answered<'e> {
    order: Option<&'e str>,
    orders: Option<&'e str>,
    total: Option<u64>,
    last: Option<bool>,
}

impl<'e> Answered<'e> {
    fn of(question: Option<&'e Question>) -> Self {
        match question {
            None => Self::default(),
            Some(Question::Order { request_id }) => Self {
                order: request_id.as_ref().map(RequestId::as_str),
                ..Self::default()
            },
            Some(Question::Orders {
                request_id,
                total,
                last,
            }) => Self {
                orders: Some(request_id.as_str()),
                total: Some(*total),
                last: Some(*last),
                ..Self::default()
            },
        }
    }
}

/// Identifiers written out.
struct Ids<'m> {
    order_id: &'m str,
    exec_id: &'m str,
    exec_ref_id: Option<&'m str>,
    trade_id: Option<&'m str>,
    instances: &'m [&'m str],
}
