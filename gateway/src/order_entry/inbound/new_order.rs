//! NewOrderSingle(D), FIX 4.4 Volume 4, to an order. A field that asks for more than the venue offers is refused,
//! never passed over: an order must not live on terms that its sender did not ask for.

use std::fmt;

use chrono::{DateTime, Utc};
use engine::{
    AccountName, ClientOrderId, Command, Conditions, Expiry, ImageName, InstanceName, NewOrder,
    OrderKind, Price, Quantity, SelfMatchGroup, Symbol,
};
use fix_codec::messages::NewOrderSingle;
use fix_codec::values::{OrdRejReason, OrdType, TimeInForce, TokenList};
use fix_codec::{Message, SessionReject, tags};

use super::answer::{Answer, OrderRefused, text};
use super::named::side;
use super::{Refusal, Sender, missing, out_of_range};
use crate::order_entry::amounts::{price_from, quantity_from};
use crate::order_entry::codes::self_match_instruction;
use crate::order_entry::times::{timestamp_from, trading_day_from};

/// Why an order for something that is not offered is refused: OrdRejReason(103), Text(58).
pub(super) type NotOffered = (OrdRejReason, String);

pub(super) fn read<'a>(
    message: &Message<'a>,
    sender: &Sender<'_>,
    now: DateTime<Utc>,
) -> Result<Command, Refusal<'a>> {
    let order = NewOrderSingle::try_from(message)?;
    match terms(message, &order, sender)? {
        Ok(new_order) => Ok(Command::SubmitOrder(new_order)),
        Err(reason) => {
            let from = (sender, message.header.msg_seq_num);
            Err(Answer::Order(Box::new(OrderRefused::new(order, from, reason, now))).into())
        }
    }
}

/// The terms of an order as the market takes them, or why the venue offers no such order.
///
/// # Errors
/// [`Refusal`]: a value that is needed is missing, or is beyond what the market can hold.
pub(super) fn terms<'a>(
    message: &Message<'a>,
    order: &NewOrderSingle<'a>,
    sender: &Sender<'_>,
) -> Result<Result<NewOrder, NotOffered>, Refusal<'a>> {
    let held = Held::of(order)?;
    let Some(quantity) = held.quantity else {
        return Err(missing(message, order.cl_ord_id, "OrderQty(38)"));
    };
    let (needs_price, needs_stop) = (
        matches!(order.ord_type, OrdType::Limit | OrdType::StopLimit),
        matches!(order.ord_type, OrdType::Stop | OrdType::StopLimit),
    );
    if needs_price && held.price.is_none() {
        return Err(missing(message, order.cl_ord_id, "Price(44)"));
    }
    if needs_stop && held.stop.is_none() {
        return Err(missing(message, order.cl_ord_id, "StopPx(99)"));
    }
    if order.time_in_force == Some(TimeInForce::GoodTillDate)
        && held.expire_date.or(held.expire_time).is_none()
    {
        let what = "ExpireDate(432) or ExpireTime(126)";
        return Err(missing(message, order.cl_ord_id, what));
    }
    if order.account.is_none() && sender.default_account.is_none() {
        return Err(missing(message, order.cl_ord_id, "Account(1)"));
    }
    Ok(offered(message, order, quantity, held, sender))
}

/// The most instances that one order may name: each name takes room in the market long after the message is gone.
const INSTANCE_IDS_MAX: usize = 1_000;

/// What the market can hold of the values that it takes as they are.
struct Held {
    client_order_id: ClientOrderId,
    quantity: Option<Quantity>,
    price: Option<Price>,
    stop: Option<Price>,
    instances: Vec<InstanceName>,
    image: Option<ImageName>,
    transact_time: engine::Timestamp,
    expire_date: Option<Expiry>,
    expire_time: Option<Expiry>,
    conditions: Conditions,
}

impl Held {
    fn of(order: &NewOrderSingle<'_>) -> Result<Self, SessionReject> {
        let instances = match &order.instance_ids {
            None => Vec::new(),
            Some(names) if names.iter().nth(INSTANCE_IDS_MAX).is_some() => {
                return Err(out_of_range(tags::INSTANCE_IDS));
            }
            Some(names) => {
                let names = names.iter().map(InstanceName::new);
                names
                    .collect::<Result<_, _>>()
                    .map_err(|_| out_of_range(tags::INSTANCE_IDS))?
            }
        };
        Ok(Self {
            client_order_id: ClientOrderId::new(order.cl_ord_id)
                .map_err(|_| out_of_range(tags::CL_ORD_ID))?,
            quantity: held(order.order_qty, quantity_from, tags::ORDER_QTY)?,
            price: held(order.price, price_from, tags::PRICE)?,
            stop: held(order.stop_px, price_from, tags::STOP_PX)?,
            instances,
            image: held(
                order.image_id,
                |name| ImageName::new(name).ok(),
                tags::IMAGE_ID,
            )?,
            transact_time: timestamp_from(order.transact_time)
                .ok_or(out_of_range(tags::TRANSACT_TIME))?,
            expire_date: held(
                order.expire_date,
                |date| trading_day_from(date).map(Expiry::EndOf),
                tags::EXPIRE_DATE,
            )?,
            expire_time: held(
                order.expire_time,
                |time| timestamp_from(time).map(Expiry::At),
                tags::EXPIRE_TIME,
            )?,
            conditions: conditions(order)?,
        })
    }
}

/// What an order asks for beyond price, quantity and time.
fn conditions(order: &NewOrderSingle<'_>) -> Result<Conditions, SessionReject> {
    Ok(Conditions {
        self_match_instruction: order
            .self_match_prevention_instruction
            .map(self_match_instruction),
        self_match_group: held(
            order.self_match_prevention_id,
            |name| SelfMatchGroup::new(name).ok(),
            tags::SELF_MATCH_PREVENTION_ID,
        )?,
        post_only: order.exec_inst.is_some_and(|asked| is_post_only(&asked)),
        minimum_quantity: held(order.min_qty, quantity_from, tags::MIN_QTY)?,
        displayed_quantity: held(order.max_floor, quantity_from, tags::MAX_FLOOR)?,
    })
}

/// ExecInst(18)=6, "participate don't initiate", and nothing else.
fn is_post_only(asked: &TokenList<'_>) -> bool {
    asked.iter().eq(["6"])
}

/// A value as the market holds it, if there is one.
fn held<T, H>(
    value: Option<T>,
    hold: impl FnOnce(T) -> Option<H>,
    tag: u32,
) -> Result<Option<H>, SessionReject> {
    value
        .map(|value| hold(value).ok_or(out_of_range(tag)))
        .transpose()
}

fn offered(
    message: &Message<'_>,
    order: &NewOrderSingle<'_>,
    quantity: Quantity,
    held: Held,
    sender: &Sender<'_>,
) -> Result<NewOrder, NotOffered> {
    let symbol = Symbol::new(order.symbol).map_err(|_| {
        (
            OrdRejReason::UnknownSymbol,
            text(format_args!(
                "there is no instrument Symbol={}",
                order.symbol
            )),
        )
    })?;
    let account = account(order.account, sender)?;
    check_currency(order, &symbol, sender)?;
    check_characteristics(message, order)?;
    Ok(NewOrder {
        client_order_id: held.client_order_id,
        account,
        symbol,
        side: side(order.side)
            .ok_or_else(|| unsupported(format_args!("Side={}", char::from(order.side.code()))))?,
        kind: kind(order.ord_type, held.price, held.stop)?,
        quantity,
        time_in_force: time_in_force(order.time_in_force, held.expire_date, held.expire_time)?,
        instances: held.instances,
        image: held.image,
        transact_time: held.transact_time,
        conditions: held.conditions.carried(),
    })
}

fn account(named: Option<&str>, sender: &Sender<'_>) -> Result<AccountName, NotOffered> {
    let known = match named {
        Some(name) => AccountName::new(name).ok(),
        None => sender.default_account,
    };
    let name = named.unwrap_or_default();
    known.ok_or_else(|| {
        (
            OrdRejReason::UnknownAccount,
            text(format_args!("there is no account Account={name}")),
        )
    })
}

/// Prices are in the instrument's currency; an order in another is not converted. An instrument that is not
/// known here is left to the market to refuse.
fn check_currency(
    order: &NewOrderSingle<'_>,
    symbol: &Symbol,
    sender: &Sender<'_>,
) -> Result<(), NotOffered> {
    match (order.currency, sender.currencies.get(symbol)) {
        (Some(asked), Some(currency)) if asked != currency.as_str() => Err(unsupported(
            format_args!("Currency={asked}: {symbol} is priced in {currency}"),
        )),
        _ => Ok(()),
    }
}

/// Refuses fields that ask for more than the venue offers.
fn check_characteristics(
    message: &Message<'_>,
    order: &NewOrderSingle<'_>,
) -> Result<(), NotOffered> {
    let dated = order.time_in_force == Some(TimeInForce::GoodTillDate);
    if let Some(asked) = &order.exec_inst
        && !is_post_only(asked)
    {
        return Err(unsupported("ExecInst(18) other than 6"));
    }
    for field in message.body() {
        let name = match field.tag {
            tags::EXPIRE_TIME if !dated => "ExpireTime(126)",
            tags::SETTL_TYPE if field.value != b"0" => "SettlType(63)",
            tags::SETTL_DATE => "SettlDate(64)",
            tags::FOREX_REQ if field.value != b"N" => "ForexReq(121)",
            tags::PEG_MOVE_TYPE => "PegMoveType(835)",
            tags::DISCRETION_OFFSET_VALUE => "DiscretionOffsetValue(389)",
            tags::PARTICIPATION_RATE => "ParticipationRate(849)",
            tags::CASH_ORDER_QTY => "CashOrderQty(152)",
            tags::EFFECTIVE_TIME => "EffectiveTime(168)",
            tags::ORDER_QTY2 => "OrderQty2(192)",
            tags::MAX_SHOW => "MaxShow(210)",
            tags::PEG_OFFSET_VALUE => "PegOffsetValue(211)",
            tags::NO_TRADING_SESSIONS => "NoTradingSessions(386)",
            tags::DISCRETION_INST => "DiscretionInst(388)",
            tags::EXPIRE_DATE if !dated => "ExpireDate(432)",
            tags::ORDER_PERCENT => "OrderPercent(516)",
            tags::PRICE2 => "Price2(640)",
            tags::TARGET_STRATEGY => "TargetStrategy(847)",
            // Prices per unit and quantities in units are what the venue offers anyway.
            tags::PRICE_TYPE if field.value != b"2" => "PriceType(423)",
            tags::QTY_TYPE if field.value != b"0" => "QtyType(854)",
            _ => continue,
        };
        return Err(unsupported(name));
    }
    Ok(())
}

/// OrdType(40), with the prices that it takes: those that it needs were looked for before.
fn kind(
    ord_type: OrdType,
    price: Option<Price>,
    stop: Option<Price>,
) -> Result<OrderKind, NotOffered> {
    match (ord_type, price, stop) {
        (OrdType::Limit, Some(price), None) => Ok(OrderKind::Limit(price)),
        (OrdType::Market, None, None) => Ok(OrderKind::Market),
        (OrdType::Stop, None, Some(stop)) => Ok(OrderKind::Stop(stop)),
        (OrdType::StopLimit, Some(limit), Some(stop)) => Ok(OrderKind::StopLimit { stop, limit }),
        (OrdType::MarketWithLeftOverAsLimit, None, None) => Ok(OrderKind::MarketToLimit),
        (OrdType::Market | OrdType::Stop | OrdType::MarketWithLeftOverAsLimit, Some(_), _) => {
            Err(unsupported("Price(44) on an order that has no limit"))
        }
        (OrdType::Market | OrdType::Limit | OrdType::MarketWithLeftOverAsLimit, _, Some(_)) => {
            Err(unsupported("StopPx(99) on an order that is no stop"))
        }
        (other, _, _) => Err(unsupported(format_args!(
            "OrdType={}",
            char::from(other.code())
        ))),
    }
}

/// TimeInForce(59); absent it means Day. A good-till-date order has one expiry, which was looked for before.
fn time_in_force(
    asked: Option<TimeInForce>,
    date: Option<Expiry>,
    time: Option<Expiry>,
) -> Result<engine::TimeInForce, NotOffered> {
    match asked {
        None | Some(TimeInForce::Day) => Ok(engine::TimeInForce::Day),
        Some(TimeInForce::ImmediateOrCancel) => Ok(engine::TimeInForce::ImmediateOrCancel),
        Some(TimeInForce::FillOrKill) => Ok(engine::TimeInForce::FillOrKill),
        Some(TimeInForce::GoodTillCancel) => Ok(engine::TimeInForce::GoodTillCancel),
        Some(TimeInForce::GoodTillDate) => match (date, time) {
            (Some(expiry), None) | (None, Some(expiry)) => {
                Ok(engine::TimeInForce::GoodTillDate(expiry))
            }
            (Some(_), Some(_)) => Err(unsupported(
                "ExpireDate(432) and ExpireTime(126) in one order",
            )),
            (None, None) => Err(unsupported("TimeInForce=6 without an expiry")),
        },
        Some(TimeInForce::AtTheOpening) => Ok(engine::TimeInForce::AtTheOpening),
        Some(TimeInForce::AtTheClose) => Ok(engine::TimeInForce::AtTheClose),
        Some(other @ TimeInForce::GoodTillCrossing) => Err(unsupported(format_args!(
            "TimeInForce={}",
            char::from(other.code())
        ))),
    }
}

fn unsupported(what: impl fmt::Display) -> NotOffered {
    (
        OrdRejReason::UnsupportedCharacteristic,
        text(format_args!("this venue does not offer {what}")),
    )
}
