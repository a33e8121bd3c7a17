//! Confirmation(AK), FIX 4.4 Volume 5: how far the reassignment of one instance has come, told to each party.
//!
//! A reassignment has one chain of confirmations for each party, named `REASSIGNMENT-B` for the buyer and
//! `REASSIGNMENT-S` for the seller.
//!
//! | status (20004) | ConfirmID(664) | 772 | 666 | 773 | 665 | NetMoney(118) |
//! |---|---|---|---|---|---|---|
//! | 0 pending: the trade | the chain's name | | 0 new | 1 status | 1 received | what is due |
//! | 1 terminating, 2 placing, 3 starting | the name, `-`, the status | the name | 1 replace | 1 status | 1 received | what is due |
//! | 4 settled | the same | the name | 1 replace | 2 confirmation | 4 confirmed | what was paid |
//! | 0 pending: the price corrected | the name, `-c`, the number of the command | the name | 1 replace | 1 status | 1 received | what is due now |
//! | 6 reversed: the trade busted | as reversed | the name | 2 cancel | 2 confirmation | 5 rejected | 0 |
//! | 5 failed, 6 reversed | the same | the name | 2 cancel | 2 confirmation | 5 rejected | what was paid: 0 |
//!
//! InstanceIDs(20001) is the instance sold; to the buyer, once it is known, the new one. A seller never learns the
//! buyer's instance. OrderCapacity(528) is agency, but principal for a provider that buys back its own.

use engine::{
    AmendedTrade, Amendment, CommandNumber, Event, EventBody, InstanceName, Notional, Quantity,
    ReassignmentId, ReassignmentStatus, Remark, SettledCash, Side, SlotName, Timestamp, Trade,
};
use fix_codec::messages::{Capacity, Confirmation, ConfirmedOrder, Group, Party};
use fix_codec::values::{ConfirmStatus, ConfirmTransType, ConfirmType, OrderCapacity, TokenList};
use fix_codec::{BodyWriter, EncodeBody};
use rust_decimal::Decimal;

use crate::order_entry::amounts::{amount_to, price_to};
use crate::order_entry::codes;
use crate::order_entry::routing::party;
use crate::order_entry::times::{date, utc};
use crate::order_entry::words::Words;

/// One reassignment as one party sees it.
#[derive(Debug, Clone)]
pub(super) struct Settlement<'e> {
    trade: &'e Trade,
    side: Side,
    reassignment: ReassignmentId,
    slot: &'e SlotName,
    old_instance: &'e InstanceName,
    /// The buyer's; known to the buyer only.
    new_instance: Option<&'e InstanceName>,
    status: ReassignmentStatus,
    remark: Option<&'e Remark>,
    cash: Option<SettledCash>,
    /// The command that corrected the price, if this says so.
    corrected_by: Option<CommandNumber>,
    time: Timestamp,
}

impl<'e> Settlement<'e> {
    /// What this event says to a party about an instance of the trade, by its place among them.
    pub(super) fn of(event: &'e Event, leg: usize, side: Side) -> Option<Self> {
        if let EventBody::TradeExecuted(trade) = &event.body {
            return Self::pending(event, trade, leg, side);
        }
        if let EventBody::TradeAmended(amended) = &event.body {
            return Self::amended(event, amended, leg, side);
        }
        let EventBody::ReassignmentUpdated(update) = &event.body else {
            return None;
        };
        Some(Self {
            trade: &update.trade,
            side,
            reassignment: update.reassignment,
            slot: &update.slot,
            old_instance: &update.old_instance,
            new_instance: update.new_instance.as_ref().filter(|_| side == Side::Buy),
            status: update.status,
            remark: update.text.as_ref(),
            cash: update.cash,
            corrected_by: None,
            time: event.time,
        })
    }

    /// An instance of a trade with which nothing was done yet.
    fn pending(event: &Event, trade: &'e Trade, leg: usize, side: Side) -> Option<Self> {
        let leg = trade.legs.get(leg)?;
        Some(Self {
            trade,
            side,
            reassignment: leg.reassignment,
            slot: &leg.slot,
            old_instance: &leg.instance,
            new_instance: None,
            status: ReassignmentStatus::Pending,
            remark: None,
            cash: None,
            corrected_by: None,
            time: event.time,
        })
    }

    fn amended(event: &Event, amended: &'e AmendedTrade, leg: usize, side: Side) -> Option<Self> {
        let pending = Self::pending(event, &amended.trade, leg, side)?;
        let remark = Some(&amended.reason);
        Some(match amended.change {
            Amendment::Bust => Self {
                status: ReassignmentStatus::Reversed,
                remark,
                ..pending
            },
            Amendment::Correct { .. } => Self {
                remark,
                corrected_by: Some(event.cause),
                ..pending
            },
        })
    }

    /// Writes the body. `parties` is the firm that it is a copy for, or nothing.
    pub(super) fn encode(&self, parties: &[Party<'_>], out: &mut BodyWriter<'_>) {
        let party = party(self.trade, self.side);
        let chain = self.chain();
        let confirm_id = self.confirm_id();
        let reassignment = Words::<64>::of(self.reassignment);
        let text = self.text();
        let order_id = Words::<24>::of(party.order);
        let orders = [ConfirmedOrder {
            cl_ord_id: party.client_order_id.as_str(),
            order_id: Some(order_id.as_str()),
            order_qty: None,
        }];
        let capacities = [Capacity {
            order_capacity: self.capacity(),
            order_restrictions: None,
            order_capacity_qty: Decimal::ONE,
        }];
        let instances = [self.new_instance.unwrap_or(self.old_instance).as_str()];
        let (trans_type, confirm_type, confirm_status) = self.confirmed();
        let price = price_to(self.trade.price);
        let is_settled = self.status == ReassignmentStatus::Settled;
        let message = Confirmation {
            confirm_id: confirm_id.as_str(),
            confirm_ref_id: (trans_type != ConfirmTransType::New).then_some(chain.as_str()),
            confirm_trans_type: trans_type,
            confirm_type,
            copy_msg_indicator: (!parties.is_empty()).then_some(true),
            confirm_status,
            parties: Group::new(parties),
            orders: Group::new(&orders),
            transact_time: utc(self.time),
            trade_date: date(self.trade.executed_at),
            symbol: self.trade.symbol.as_str(),
            alloc_qty: Decimal::ONE,
            side: codes::side(self.side),
            currency: Some(self.trade.currency.as_str()),
            capacities: Group::new(&capacities),
            alloc_account: party.account.as_str(),
            avg_px: price,
            text: Some(text.as_str()),
            gross_trade_amt: price,
            net_money: amount_to(self.net_money()),
            settl_date: is_settled.then(|| date(self.time)),
            instance_ids: Some(TokenList::Tokens(&instances)),
            reassignment_id: Some(reassignment.as_str()),
            reassignment_status: Some(codes::reassignment_status(self.status)),
        };
        message.encode_body(out);
    }

    /// The name of this party's chain of confirmations.
    fn chain(&self) -> Words<72> {
        let side = match self.side {
            Side::Buy => 'B',
            Side::Sell => 'S',
        };
        Words::of(format_args!("{}-{side}", self.reassignment))
    }

    fn confirm_id(&self) -> Words<72> {
        match (self.status.code(), self.corrected_by) {
            (_, Some(command)) => Words::of(format_args!("{}-c{command}", self.chain().as_str())),
            (0, None) => self.chain(),
            (code, None) => Words::of(format_args!("{}-{code}", self.chain().as_str())),
        }
    }

    /// ConfirmTransType(666), ConfirmType(773), ConfirmStatus(665).
    fn confirmed(&self) -> (ConfirmTransType, ConfirmType, ConfirmStatus) {
        match self.status {
            ReassignmentStatus::Pending if self.corrected_by.is_some() => (
                ConfirmTransType::Replace,
                ConfirmType::Status,
                ConfirmStatus::Received,
            ),
            ReassignmentStatus::Pending => (
                ConfirmTransType::New,
                ConfirmType::Status,
                ConfirmStatus::Received,
            ),
            ReassignmentStatus::Terminating
            | ReassignmentStatus::Placing
            | ReassignmentStatus::Starting => (
                ConfirmTransType::Replace,
                ConfirmType::Status,
                ConfirmStatus::Received,
            ),
            ReassignmentStatus::Settled => (
                ConfirmTransType::Replace,
                ConfirmType::Confirmation,
                ConfirmStatus::Confirmed,
            ),
            ReassignmentStatus::Failed | ReassignmentStatus::Reversed => (
                ConfirmTransType::Cancel,
                ConfirmType::Confirmation,
                ConfirmStatus::RequestRejected,
            ),
        }
    }

    fn net_money(&self) -> Notional {
        match (self.cash, self.status) {
            (Some(cash), _) => cash.amount,
            (None, ReassignmentStatus::Failed | ReassignmentStatus::Reversed) => Notional::ZERO,
            (
                None,
                ReassignmentStatus::Pending
                | ReassignmentStatus::Terminating
                | ReassignmentStatus::Placing
                | ReassignmentStatus::Starting
                | ReassignmentStatus::Settled,
            ) => self.trade.price.times(Quantity::new(1)),
        }
    }

    fn capacity(&self) -> OrderCapacity {
        match self.side {
            Side::Buy if self.trade.retire => OrderCapacity::Principal,
            Side::Buy | Side::Sell => OrderCapacity::Agency,
        }
    }

    /// Where, what, and what settlement had to say.
    fn text(&self) -> Words<280> {
        let (slot, old) = (self.slot, self.old_instance);
        match (self.new_instance, self.remark) {
            (Some(new), Some(remark)) => {
                Words::of(format_args!("slot {slot}: {old} -> {new}: {remark}"))
            }
            (Some(new), None) => Words::of(format_args!("slot {slot}: {old} -> {new}")),
            (None, Some(remark)) => Words::of(format_args!("slot {slot}: {old}: {remark}")),
            (None, None) => Words::of(format_args!("slot {slot}: {old}")),
        }
    }
}
