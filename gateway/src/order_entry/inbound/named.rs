//! How a request names an order: its OrderID(37), Symbol(55) and Side(54), where there can be an order with these.

use std::fmt;

use engine::{OrderId, Symbol};
use fix_codec::values::Side;

use super::answer::text;

/// The order's name, where one is given, its instrument and side.
pub(super) type Named = (Option<OrderId>, Symbol, engine::Side);

/// What a request says of an order, or which part of it no order can have.
pub(super) fn named(order_id: Option<&str>, symbol: &str, asked: Side) -> Result<Named, String> {
    let order_id = match order_id {
        None => None,
        Some(name) => Some(name.parse().map_err(|_| no_order("OrderID", name))?),
    };
    let symbol = Symbol::new(symbol).map_err(|_| no_order("Symbol", symbol))?;
    let side = side(asked).ok_or_else(|| no_order("Side", char::from(asked.code())))?;
    Ok((order_id, symbol, side))
}

fn no_order(field: &str, value: impl fmt::Display) -> String {
    text(format_args!("no order has {field}={value}"))
}

/// The two sides that the market has.
pub(super) fn side(side: Side) -> Option<engine::Side> {
    match side {
        Side::Buy => Some(engine::Side::Buy),
        Side::Sell => Some(engine::Side::Sell),
        Side::BuyMinus
        | Side::SellPlus
        | Side::SellShort
        | Side::SellShortExempt
        | Side::Undisclosed
        | Side::Cross
        | Side::CrossShort
        | Side::CrossShortExempt
        | Side::AsDefined
        | Side::Opposite
        | Side::Subscribe
        | Side::Redeem
        | Side::Lend
        | Side::Borrow => None,
    }
}
