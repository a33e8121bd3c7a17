//! The answers that are given without the market, as messages. Never decides anything.

use std::fmt;

use chrono::{DateTime, Utc};
use fix_codec::messages::{
    BusinessMessageReject, ExecutionReport, Group, NewOrderSingle, OrderCancelReject,
    OrderMassCancelReport, OrderMassCancelRequest,
};
use fix_codec::values::{
    BusinessRejectReason, CxlRejReason, CxlRejResponseTo, ExecType, MassCancelRejectReason,
    MassCancelResponse, OrdRejReason, OrdStatus,
};
use fix_codec::{BodyWriter, EncodeBody, Message, MsgType};
use rust_decimal::Decimal;

use super::{Refusal, Sender};
use crate::order_entry::words::Words;

/// The longest Text(58) of an answer: what a client wrote is repeated, but not at any length.
const TEXT_BYTES_MAX: usize = 128;

/// OrderID(37) of what never became an order (FIX 4.4 Volume 4, ExecutionReport).
const NO_ORDER: &str = "NONE";

/// An application message that refuses another. The large ones are boxed: they are rare.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<'a> {
    /// BusinessMessageReject(j).
    Business(Business<'a>),
    /// ExecutionReport(8) of a rejected order.
    Order(Box<OrderRefused<'a>>),
    /// OrderCancelReject(9).
    Cancel(Box<CancelRefused<'a>>),
    /// OrderMassCancelReport(r) of a request that was refused.
    MassCancel(Box<MassCancelRefused<'a>>),
}

/// A message that cannot be carried out as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Business<'a> {
    msg_seq_num: u64,
    msg_type: MsgType,
    id: Option<&'a str>,
    reason: BusinessRejectReason,
    text: String,
}

/// An order for something that the venue does not offer.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRefused<'a> {
    order: NewOrderSingle<'a>,
    exec_id: Words<64>,
    reason: OrdRejReason,
    text: String,
    now: DateTime<Utc>,
}

/// A cancel or a change of something that is no order.
#[derive(Debug, Clone, PartialEq)]
pub struct CancelRefused<'a> {
    cl_ord_id: &'a str,
    orig_cl_ord_id: &'a str,
    account: Option<&'a str>,
    response_to: CxlRejResponseTo,
    text: String,
    now: DateTime<Utc>,
}

/// A cancel of many orders in a way that the venue does not offer.
#[derive(Debug, Clone, PartialEq)]
pub struct MassCancelRefused<'a> {
    request: OrderMassCancelRequest<'a>,
    reason: MassCancelRejectReason,
    text: String,
    now: DateTime<Utc>,
}

/// Words for Text(58).
pub(super) fn text(words: impl fmt::Display) -> String {
    Words::<TEXT_BYTES_MAX>::of(words).as_str().to_owned()
}

impl<'a> Business<'a> {
    pub(super) fn new(
        message: &Message<'a>,
        id: Option<&'a str>,
        reason: BusinessRejectReason,
        text: String,
    ) -> Self {
        let (msg_seq_num, msg_type) = (message.header.msg_seq_num, message.msg_type());
        Self {
            msg_seq_num,
            msg_type,
            id,
            reason,
            text,
        }
    }
}

impl<'a> OrderRefused<'a> {
    pub(super) fn new(
        order: NewOrderSingle<'a>,
        (sender, msg_seq_num): (&Sender<'_>, u64),
        (reason, text): (OrdRejReason, String),
        now: DateTime<Utc>,
    ) -> Self {
        let exec_id = Words::of(format_args!(
            "{}/{}/{msg_seq_num}",
            sender.session, sender.epoch
        ));
        Self {
            order,
            exec_id,
            reason,
            text,
            now,
        }
    }

    fn report(&self) -> ExecutionReport<'_> {
        let order = &self.order;
        ExecutionReport {
            order_id: NO_ORDER,
            secondary_exec_id: None,
            cl_ord_id: Some(order.cl_ord_id),
            orig_cl_ord_id: None,
            ord_status_req_id: None,
            mass_status_req_id: None,
            tot_num_reports: None,
            last_rpt_requested: None,
            parties: Group::default(),
            exec_id: self.exec_id.as_str(),
            exec_ref_id: None,
            exec_type: ExecType::Rejected,
            ord_status: OrdStatus::Rejected,
            ord_rej_reason: Some(self.reason),
            exec_restatement_reason: None,
            account: order.account,
            symbol: order.symbol,
            side: order.side,
            order_qty: order.order_qty,
            ord_type: Some(order.ord_type),
            price: order.price,
            stop_px: order.stop_px,
            currency: order.currency,
            time_in_force: order.time_in_force,
            expire_date: order.expire_date,
            expire_time: order.expire_time,
            exec_inst: order.exec_inst,
            last_qty: None,
            last_px: None,
            leaves_qty: Decimal::ZERO,
            cum_qty: Decimal::ZERO,
            avg_px: Decimal::ZERO,
            transact_time: Some(self.now),
            min_qty: order.min_qty,
            max_floor: order.max_floor,
            text: Some(&self.text),
            last_liquidity_ind: None,
            copy_msg_indicator: None,
            trd_match_id: None,
            instance_ids: order.instance_ids,
            image_id: order.image_id,
            self_match_prevention_id: order.self_match_prevention_id,
            self_match_prevention_instruction: order.self_match_prevention_instruction,
        }
    }
}

impl<'a> CancelRefused<'a> {
    /// The answer to a request, by its ClOrdID(11), OrigClOrdID(41) and Account(1), that names what can be no order.
    pub(super) fn unknown_order(
        (cl_ord_id, orig_cl_ord_id): (&'a str, &'a str),
        account: Option<&'a str>,
        response_to: CxlRejResponseTo,
        text: String,
        now: DateTime<Utc>,
    ) -> Refusal<'a> {
        Answer::Cancel(Box::new(Self {
            cl_ord_id,
            orig_cl_ord_id,
            account,
            response_to,
            text,
            now,
        }))
        .into()
    }

    fn report(&self) -> OrderCancelReject<'_> {
        OrderCancelReject {
            order_id: NO_ORDER,
            cl_ord_id: self.cl_ord_id,
            orig_cl_ord_id: self.orig_cl_ord_id,
            ord_status: OrdStatus::Rejected,
            account: self.account,
            transact_time: Some(self.now),
            cxl_rej_response_to: self.response_to,
            cxl_rej_reason: Some(CxlRejReason::UnknownOrder),
            text: Some(&self.text),
        }
    }
}

impl<'a> MassCancelRefused<'a> {
    /// The answer to a request that is not carried out.
    pub(super) fn refusal(
        request: OrderMassCancelRequest<'a>,
        reason: MassCancelRejectReason,
        text: String,
        now: DateTime<Utc>,
    ) -> Refusal<'a> {
        Answer::MassCancel(Box::new(Self {
            request,
            reason,
            text,
            now,
        }))
        .into()
    }

    fn report(&self) -> OrderMassCancelReport<'_> {
        OrderMassCancelReport {
            cl_ord_id: Some(self.request.cl_ord_id),
            order_id: NO_ORDER,
            mass_cancel_request_type: self.request.mass_cancel_request_type,
            mass_cancel_response: MassCancelResponse::Rejected,
            mass_cancel_reject_reason: Some(self.reason),
            total_affected_orders: Some(0),
            symbol: self.request.symbol,
            side: self.request.side,
            transact_time: Some(self.now),
            text: Some(&self.text),
        }
    }
}

impl Business<'_> {
    fn report(&self) -> BusinessMessageReject<'_> {
        BusinessMessageReject {
            ref_seq_num: Some(self.msg_seq_num),
            business_reject_ref_id: self.id,
            ref_msg_type: self.msg_type.as_str(),
            business_reject_reason: self.reason,
            text: Some(&self.text),
        }
    }
}

impl EncodeBody for Answer<'_> {
    fn msg_type(&self) -> MsgType {
        match self {
            Self::Business(_) => MsgType::BusinessMessageReject,
            Self::Order(_) => MsgType::ExecutionReport,
            Self::Cancel(_) => MsgType::OrderCancelReject,
            Self::MassCancel(_) => MsgType::OrderMassCancelReport,
        }
    }

    fn encode_body(&self, out: &mut BodyWriter<'_>) {
        match self {
            Self::Business(refused) => refused.report().encode_body(out),
            Self::Order(refused) => refused.report().encode_body(out),
            Self::Cancel(refused) => refused.report().encode_body(out),
            Self::MassCancel(refused) => refused.report().encode_body(out),
        }
    }
}
