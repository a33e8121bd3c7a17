//! The resting orders of a firm.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{FirmName, OrderView};
use serde::{Deserialize, Serialize};

use crate::admin::caller::Asked;
use crate::admin::{Office, Refused};

/// Places for orders that are looked through at a time: the market waits for each time, some tens of microseconds.
const PLACES_AT_A_TIME: u32 = 1_024;

/// One answer ends when it has so many orders; it may have a few more.
const ORDERS_ENOUGH: usize = 1_000;

/// Where they are asked for.
pub(crate) const ORDERS: &str = "/v1/orders";

/// Which of them are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Whose.
    pub(crate) firm: FirmName,
    /// Where the answer before this one said to go on; none: from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<u32>,
}

/// Some of the resting orders of a firm, by OrderID(37). The market goes on meanwhile: this is not of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Orders {
    /// Each of them.
    pub(crate) orders: Vec<OrderView>,
    /// Where to go on; none: there are no more.
    pub(crate) next: Option<u32>,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(ORDERS, get(orders))
}

async fn orders(
    State(office): State<Office>,
    Asked(Which { firm, from }): Asked<Which>,
) -> Result<Json<Orders>, Refused> {
    let known = office
        .market
        .look(move |engine| engine.firms().any(|(known, _)| known == firm));
    if !known.await? {
        let remedy = "look it up: cloudpit admin firms";
        return Err(Refused::unknown(format!("there is no firm {firm}"), remedy));
    }
    let (mut orders, mut from) = (Vec::new(), from.unwrap_or(0));
    let next = loop {
        let look =
            move |engine: &engine::Engine| engine.browse_orders(&firm, from, PLACES_AT_A_TIME);
        let page = office.market.look(look).await?;
        orders.extend(page.orders);
        match page.next {
            Some(next) if orders.len() < ORDERS_ENOUGH => from = next,
            next => break next,
        }
    };
    orders.sort_by_key(|order| order.order_id);
    Ok(Json(Orders { orders, next }))
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} orders", self.orders.len())?;
        for order in &self.orders {
            write!(
                f,
                "\n{:>12} {} {} {} {:?} {} of {} open, {:?}, session {}, account {}",
                order.order_id,
                order.client_order_id,
                order.symbol,
                match order.side {
                    engine::Side::Buy => "buy",
                    engine::Side::Sell => "sell",
                },
                order.kind,
                order.leaves,
                order.quantity,
                order.time_in_force,
                order.session,
                order.account,
            )?;
        }
        match self.next {
            Some(next) => write!(f, "\nthere are more: go on with --from {next}"),
            None => Ok(()),
        }
    }
}
