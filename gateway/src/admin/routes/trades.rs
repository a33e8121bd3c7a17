//! Busting a trade, and correcting its price.

use std::fmt;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use engine::{
    AmendedTrade, Amendment, AmendmentRefusal, ClientOrderId, Command, CurrencyCode, EventBody,
    FirmName, InstanceName, OperatorName, Price, Quantity, Remark, Symbol, TradeAmendment, TradeId,
    TradeSide,
};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::{Office, Refused, plain};

/// Where busts are asked for.
pub(crate) const BUSTS: &str = "/v1/trades/bust";

/// Where corrections are asked for.
pub(crate) const CORRECTIONS: &str = "/v1/trades/correct";

/// What is to be busted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bust {
    /// The trade, SecondaryExecID(527) of its reports.
    #[serde(with = "plain")]
    pub(crate) trade: TradeId,
    /// Why; both parties are told.
    pub(crate) reason: Remark,
}

/// What is to have another price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correct {
    /// The trade, SecondaryExecID(527) of its reports.
    #[serde(with = "plain")]
    pub(crate) trade: TradeId,
    /// The price of each of its instances from now on.
    #[serde(with = "plain")]
    pub(crate) price: Price,
    /// Why; both parties are told.
    pub(crate) reason: Remark,
}

/// A trade that was busted or corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amended {
    /// The command that did it.
    pub(crate) command: u64,
    /// The trade.
    #[serde(with = "plain")]
    pub(crate) trade: TradeId,
    /// What became of it.
    pub(crate) change: Change,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// How many instances were traded.
    pub(crate) quantity: Quantity,
    /// The price of each: the last one where it is busted, the new one where it is corrected.
    #[serde(with = "plain")]
    pub(crate) price: Price,
    /// What the price is in.
    pub(crate) currency: CurrencyCode,
    /// Who bought.
    pub(crate) buyer: Party,
    /// Who sold.
    pub(crate) seller: Party,
    /// The instances that stay with the seller, or that will be paid for at the new price.
    pub(crate) instances: Vec<InstanceName>,
}

/// What became of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// It is undone.
    Busted,
    /// It has another price.
    Corrected,
}

/// One side of a trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Party {
    /// The firm.
    pub(crate) firm: FirmName,
    /// ClOrdID(11) of its order.
    pub(crate) client_order_id: ClientOrderId,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(BUSTS, post(bust))
        .route(CORRECTIONS, post(correct))
}

async fn bust(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(Bust { trade, reason }): Body<Bust>,
) -> Result<Told<Json<Amended>>, Refused> {
    amend(&office, operator, (trade, Amendment::Bust, reason)).await
}

async fn correct(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<Correct>,
) -> Result<Told<Json<Amended>>, Refused> {
    let Correct {
        trade,
        price,
        reason,
    } = asked;
    let change = Amendment::Correct { price };
    amend(&office, operator, (trade, change, reason)).await
}

async fn amend(
    office: &Office,
    operator: OperatorName,
    (trade, change, reason): (TradeId, Amendment, Remark),
) -> Result<Told<Json<Amended>>, Refused> {
    let command = Command::AmendTrade(Box::new(TradeAmendment {
        trade: office.market.executed(trade).await?,
        change,
        reason,
    }));
    let changed = office.market.change(operator, command, answer).await?;
    let amended = changed
        .answer
        .map_err(|why| Refused::by_market(format!("trade {trade}: {why}"), remedy(why)))?;
    let amended = Amended::new(changed.command.get(), *amended);
    Ok(Told {
        said: format!("{amended}; reason: {reason}"),
        answer: Json(amended),
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the events, two answer this"
)]
fn answer(body: &EventBody) -> Option<Result<Box<AmendedTrade>, AmendmentRefusal>> {
    match body {
        EventBody::TradeAmended(amended) => Some(Ok(amended.clone())),
        EventBody::TradeAmendmentRefused { reason, .. } => Some(Err(*reason)),
        _ => None,
    }
}

const fn remedy(why: AmendmentRefusal) -> &'static str {
    match why {
        AmendmentRefusal::UnknownTrade => {
            "run cloudpit verify: the logs may not be those of this market"
        }
        AmendmentRefusal::AlreadyBusted | AmendmentRefusal::PriceUnchanged => {
            "nothing is to be done"
        }
        AmendmentRefusal::EarlierDay
        | AmendmentRefusal::PastNoReturn
        | AmendmentRefusal::ReassignmentsEnded
        | AmendmentRefusal::TooMany => {
            "it stands: its parties can trade back, or settle the difference between them"
        }
        AmendmentRefusal::PriceInvalid | AmendmentRefusal::PriceOffTick => {
            "give a price above zero that is a multiple of the instrument's tick"
        }
    }
}

impl Amended {
    fn new(command: u64, amended: AmendedTrade) -> Self {
        let trade = amended.trade;
        Self {
            command,
            trade: trade.trade,
            change: match amended.change {
                Amendment::Bust => Change::Busted,
                Amendment::Correct { .. } => Change::Corrected,
            },
            symbol: trade.symbol,
            quantity: trade.quantity,
            price: trade.price,
            currency: trade.currency,
            buyer: Party::new(&trade.buyer),
            seller: Party::new(&trade.seller),
            instances: trade.legs.iter().map(|leg| leg.instance).collect(),
        }
    }
}

impl Party {
    fn new(side: &TradeSide) -> Self {
        Self {
            firm: side.firm,
            client_order_id: side.client_order_id,
        }
    }
}

impl fmt::Display for Amended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            trade,
            symbol,
            quantity,
            price,
            currency,
            buyer,
            seller,
            ..
        } = self;
        let change = match self.change {
            Change::Busted => "busted",
            Change::Corrected => "corrected",
        };
        write!(
            f,
            "{change}: trade {trade}, {quantity} {symbol} at {price} {currency}, \
             bought by {} ({}), sold by {} ({})",
            buyer.firm, buyer.client_order_id, seller.firm, seller.client_order_id,
        )?;
        for (place, instance) in self.instances.iter().enumerate() {
            let lead = if place == 0 { ", instances " } else { " " };
            write!(f, "{lead}{instance}")?;
        }
        write!(f, " (command {command})")
    }
}
