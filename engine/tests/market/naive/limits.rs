//! Limits, in the naive market: every sum is added up anew from all orders and all trades.

use engine::{
    BasisPoints, BreachedLimit, Command, CurrencyCode, EventBody, FirmName, IgnoreReason,
    LimitBreach, MoneyLimits, NewOrder, Notional, OrderRefusal, OrderView, Origin, Price, Remark,
    RiskLimits, RiskLimitsChange, RiskScope, SessionName, Side, Timestamp,
};

use super::{Naive, NaiveOrder, Place, Told, is_open};

/// What is laid down for one scope.
#[derive(Clone)]
pub(super) struct Laid {
    scope: RiskScope,
    configured: RiskLimits,
    operator: Option<RiskLimits>,
    /// From which of the orders taken on they are counted, for the rate and for likeness.
    rate_from: usize,
    likes_from: usize,
}

/// An order, or a change of one, that was taken.
#[derive(Clone)]
pub(super) struct Taken {
    at: Timestamp,
    scopes: [RiskScope; 4],
    order: NewOrder,
    is_new: bool,
}

impl Laid {
    fn limits(&self) -> &RiskLimits {
        self.operator.as_ref().unwrap_or(&self.configured)
    }
}

fn scopes(firm: FirmName, session: SessionName, new: &NewOrder) -> [RiskScope; 4] {
    [
        RiskScope::Firm(firm),
        RiskScope::Account(new.account),
        RiskScope::Session(session),
        RiskScope::Instrument(new.symbol),
    ]
}

fn dollars() -> CurrencyCode {
    "USD".parse().unwrap()
}

impl Naive {
    pub(super) fn mind_limits(&mut self, command: &Command, told: &mut Told) {
        match command {
            Command::SetRiskLimits {
                scope,
                limits,
                reason,
            } => self.lay_limits(*scope, Some(limits), *reason, told),
            Command::ReleaseRiskLimits { scope, reason } => {
                self.lay_limits(*scope, None, *reason, told);
            }
            other => panic!("not known here: {other:?}"),
        }
    }

    /// `limits`: those that are set; none: the operator's are released.
    fn lay_limits(
        &mut self,
        scope: RiskScope,
        limits: Option<&RiskLimits>,
        reason: Option<Remark>,
        told: &mut Told,
    ) {
        let origin = told.cause.input.origin;
        let by_operator = matches!(origin, Origin::Operator { .. });
        let fresh = Laid {
            scope,
            configured: RiskLimits::default(),
            operator: None,
            rate_from: 0,
            likes_from: 0,
        };
        let known = self.laid.iter().position(|laid| laid.scope == scope);
        let mut laid = known.map_or(fresh, |at| self.laid[at].clone());
        let before = laid.clone();
        let kept = limits.map(|limits| {
            let mut kept = limits.clone();
            kept.restricted.sort();
            kept
        });
        match kept {
            Some(limits) if !is_right(scope, &limits) => {
                let reason = IgnoreReason::Invalid;
                return told.tell(EventBody::Ignored { origin, reason });
            }
            Some(limits) if by_operator => laid.operator = Some(limits),
            Some(limits) => laid.configured = limits,
            None => laid.operator = None,
        }
        if laid.configured == before.configured && laid.operator == before.operator {
            return told.ignore_so();
        }
        let window = |laid: &Laid| laid.limits().order_rate.map(|rate| rate.window);
        if window(&laid) != window(&before) {
            laid.rate_from = self.taken.len();
        }
        if laid.limits().duplicate_window != before.limits().duplicate_window {
            laid.likes_from = self.taken.len();
        }
        told.tell(EventBody::RiskLimitsChanged(Box::new(RiskLimitsChange {
            scope,
            origin,
            reason,
            configured: laid.configured.clone(),
            operator: laid.operator.clone(),
        })));
        match known {
            Some(at) => self.laid[at] = laid,
            None => self.laid.push(laid),
        }
    }

    fn laid_for(&self, scope: RiskScope) -> Option<&Laid> {
        self.laid.iter().find(|laid| laid.scope == scope)
    }

    /// The last price of an instrument, else the one that is laid down.
    pub(super) fn reference(&self, symbol: &str) -> Option<i64> {
        let mut prices = self.prices.iter().rev();
        let last = prices.find(|(known, _)| known.as_str() == symbol);
        let laid = self.laid_for(RiskScope::Instrument(symbol.parse().unwrap()));
        let laid = laid.and_then(|laid| laid.limits().reference_price);
        last.map(|(_, price)| *price).or(laid.map(Price::micros))
    }

    fn narrowest(&self, scopes: [RiskScope; 4]) -> Option<BasisPoints> {
        let laid = scopes.iter().filter_map(|scope| self.laid_for(*scope));
        laid.filter_map(|laid| laid.limits().price_band).min()
    }

    /// How far an order without a limit price goes.
    pub(super) fn farthest(&self, order: &OrderView) -> Option<i64> {
        let new = as_sent(order);
        let width = self.narrowest(scopes(order.firm, order.session, &new))?;
        let (lowest, highest) = band(self.reference(new.symbol.as_str())?, width);
        order.kind.limit().is_none().then_some(match order.side {
            Side::Buy => highest,
            Side::Sell => lowest,
        })
    }

    /// What an order counts with that has no price of its own.
    fn without_limit(
        &self,
        scopes: [RiskScope; 4],
        side: Side,
        reference: Option<i64>,
    ) -> Option<i64> {
        match (side, self.narrowest(scopes), reference) {
            (Side::Buy, Some(width), Some(reference)) => Some(band(reference, width).1),
            _ => reference,
        }
    }

    /// Lays down what an order counts with that is in the market, or is to collect, without a limit.
    pub(super) fn lay_down_price(&mut self, at: usize) {
        let view = &self.orders[at].view;
        let new = as_sent(view);
        let all = scopes(view.firm, view.session, &new);
        let reference = self.reference(new.symbol.as_str());
        self.orders[at].counts_with = self.without_limit(all, new.side, reference);
    }

    /// The prices that an order may trade at in an auction that has no limit.
    pub(super) fn band_of(&self, at: usize) -> Option<(i64, i64)> {
        let view = &self.orders[at].view;
        let new = as_sent(view);
        let width = self.narrowest(scopes(view.firm, view.session, &new))?;
        Some(band(self.reference(new.symbol.as_str())?, width))
    }

    /// Whether an order may be taken; `changes`: the one that it is a change of.
    pub(super) fn within_limits(
        &self,
        firm: FirmName,
        session: SessionName,
        new: &NewOrder,
        changes: Option<usize>,
        now: Timestamp,
    ) -> Result<(), OrderRefusal> {
        let before = changes.map(|at| &self.orders[at]);
        let filled = before.map_or(0, |order| order.view.cumulative.get());
        let quantity = new.quantity.get().max(filled);
        if before.is_some() && quantity == filled {
            return Ok(());
        }
        let elected = before.is_some_and(|order| {
            order.place != Place::Waits && order.view.kind.stop() == new.kind.stop()
        });
        let waits_for = new.kind.stop().filter(|_| !elected).map(Price::micros);
        let reference = waits_for.or(self.reference(new.symbol.as_str()));
        let limit = new.kind.limit().map(Price::micros);
        let all = scopes(firm, session, new);
        let price = limit.or(waits_for);
        let price = price.or_else(|| self.without_limit(all, new.side, reference));
        let asked = Asked {
            new,
            is_new: before.is_none(),
            quantity,
            before: before.map_or(0, worth),
            after: i128::from(price.unwrap_or(0)) * i128::from(quantity - filled),
            limit,
            reference,
            price,
            now,
        };
        for scope in all {
            if let Some(laid) = self.laid_for(scope) {
                self.hold(laid, &asked).map_or(Ok(()), |limit| {
                    Err(OrderRefusal::LimitBreached(LimitBreach { scope, limit }))
                })?;
            }
        }
        Ok(())
    }

    /// The first limit of a scope that is gone beyond.
    fn hold(&self, laid: &Laid, asked: &Asked<'_>) -> Option<BreachedLimit> {
        let (limits, new) = (laid.limits(), asked.new);
        let money = limits.money.first();
        if limits.restricted.contains(&new.symbol) {
            return Some(BreachedLimit::Restricted { symbol: new.symbol });
        }
        let most = limits
            .max_order_quantity
            .filter(|most| asked.quantity > most.get());
        if let Some(limit) = most {
            let attempt = engine::Quantity::new(asked.quantity);
            return Some(BreachedLimit::OrderQuantity { limit, attempt });
        }
        if let (Some(width), Some(limit), Some(reference)) =
            (limits.price_band, asked.limit, asked.reference)
            && let (lowest, highest) = band(reference, width)
            && !(lowest..=highest).contains(&limit)
        {
            return Some(BreachedLimit::PriceBand {
                lowest: Price::from_micros(lowest),
                highest: Price::from_micros(highest),
                attempt: Price::from_micros(limit),
            });
        }
        if asked.price.is_none() && (limits.price_band.is_some() || money.is_some()) {
            return Some(BreachedLimit::NoReferencePrice { symbol: new.symbol });
        }
        let notional = i128::from(asked.price.unwrap_or(0)) * i128::from(asked.quantity);
        if let Some(limit) = money.and_then(|money| money.max_order_notional)
            && notional > limit.micros()
        {
            return Some(BreachedLimit::OrderNotional {
                limit,
                attempt: Notional::from_micros(notional),
                currency: dollars(),
            });
        }
        self.hold_sums(laid, asked)
            .or_else(|| self.hold_times(laid, asked))
    }

    fn hold_sums(&self, laid: &Laid, asked: &Asked<'_>) -> Option<BreachedLimit> {
        let open: Vec<&NaiveOrder> = self
            .orders
            .iter()
            .filter(|order| is_open(&order.view))
            .filter(|order| {
                let view = &order.view;
                scopes(view.firm, view.session, &as_sent(view)).contains(&laid.scope)
            })
            .collect();
        let after = u64::try_from(open.len()).unwrap() + 1;
        let most = laid.limits().max_open_orders;
        if let Some(limit) = most.filter(|most| asked.is_new && after > *most) {
            let attempt = after;
            return Some(BreachedLimit::OpenOrders { limit, attempt });
        }
        let money = laid.limits().money.first()?;
        if asked.after <= asked.before {
            return None;
        }
        let currency = dollars();
        let open: i128 = open.into_iter().map(worth).sum();
        let open = open - asked.before + asked.after;
        if let Some(limit) = money.max_open_notional.filter(|most| open > most.micros()) {
            let attempt = Notional::from_micros(open);
            return Some(BreachedLimit::OpenNotional {
                limit,
                attempt,
                currency,
            });
        }
        let taken_up = open + self.unsettled(laid.scope);
        let limit = money.credit.filter(|most| taken_up > most.micros())?;
        let attempt = Notional::from_micros(taken_up);
        Some(BreachedLimit::Credit {
            limit,
            attempt,
            currency,
        })
    }

    fn unsettled(&self, scope: RiskScope) -> i128 {
        let final_ones = |sale: &&super::Sale| !sale.status.is_some_and(|known| known.is_final());
        let sales = self.sales.iter().filter(final_ones);
        let parties = sales.flat_map(|sale| {
            [&sale.trade.buyer, &sale.trade.seller].map(|party| (party, sale.trade.price))
        });
        parties
            .filter(|(party, _)| {
                [
                    RiskScope::Firm(party.firm),
                    RiskScope::Account(party.account),
                ]
                .contains(&scope)
            })
            .map(|(_, price)| i128::from(price.micros()))
            .sum()
    }

    fn hold_times(&self, laid: &Laid, asked: &Asked<'_>) -> Option<BreachedLimit> {
        let limits = laid.limits();
        let of_scope = |from: usize| {
            let taken = self.taken[from..].iter();
            taken.filter(|taken| taken.scopes.contains(&laid.scope))
        };
        if let Some(rate) = limits.order_rate {
            let length = u64::try_from(rate.window.as_nanos()).unwrap().div_ceil(8);
            let slice = asked.now.nanos() / length;
            let late = of_scope(laid.rate_from)
                .filter(|taken| taken.at.nanos() / length + 8 >= slice)
                .count();
            if late >= usize::try_from(rate.orders).unwrap() {
                return Some(BreachedLimit::OrderRate {
                    limit: rate.orders,
                    window: rate.window,
                });
            }
        }
        let window = limits.duplicate_window.filter(|_| asked.is_new)?;
        let mut taken = of_scope(laid.likes_from).filter(|taken| taken.is_new);
        taken
            .any(|taken| {
                asked.now < taken.at.after(window) && likeness(&taken.order) == likeness(asked.new)
            })
            .then_some(BreachedLimit::Duplicate { window })
    }

    pub(super) fn note_taken(
        &mut self,
        firm: FirmName,
        session: SessionName,
        order: &NewOrder,
        is_new: bool,
        at: Timestamp,
    ) {
        self.taken.push(Taken {
            at,
            scopes: scopes(firm, session, order),
            order: order.clone(),
            is_new,
        });
    }
}

/// What an order asks for, as limits see it.
struct Asked<'a> {
    new: &'a NewOrder,
    is_new: bool,
    quantity: u64,
    before: i128,
    after: i128,
    limit: Option<i64>,
    reference: Option<i64>,
    price: Option<i64>,
    now: Timestamp,
}

type Likeness = (
    engine::AccountName,
    engine::Symbol,
    Side,
    Option<Price>,
    Option<Price>,
    engine::Quantity,
);

fn likeness(order: &NewOrder) -> Likeness {
    (
        order.account,
        order.symbol,
        order.side,
        order.kind.limit(),
        order.kind.stop(),
        order.quantity,
    )
}

fn worth(order: &NaiveOrder) -> i128 {
    let view = &order.view;
    let price = view.kind.limit().or(view.kind.stop());
    let price = price.map(Price::micros).or(order.counts_with);
    i128::from(price.unwrap_or(0)) * i128::from(view.leaves.get())
}

fn band(reference: i64, width: BasisPoints) -> (i64, i64) {
    let width = i64::from(width.get());
    // The lowest price that is not below it: prices are small here.
    let lowest = (0..).find(|price| price * 10_000 >= reference * (10_000 - width));
    (lowest.unwrap(), reference * (10_000 + width) / 10_000)
}

fn as_sent(order: &OrderView) -> NewOrder {
    NewOrder {
        client_order_id: order.client_order_id,
        account: order.account,
        symbol: order.symbol,
        side: order.side,
        kind: order.kind,
        quantity: order.quantity,
        time_in_force: order.time_in_force,
        instances: Vec::new(),
        image: order.image,
        transact_time: order.accepted_at,
        conditions: None,
    }
}

/// Whether such limits make sense for a scope; ranges are left to the tables.
fn is_right(scope: RiskScope, limits: &RiskLimits) -> bool {
    let money = |of: fn(&MoneyLimits) -> bool| limits.money.iter().any(of);
    let of_firms = [
        limits.max_open_orders.is_some(),
        limits.order_rate.is_some(),
        limits.duplicate_window.is_some(),
        money(|money| money.max_open_notional.is_some()),
    ];
    let of_holders = [
        money(|money| money.credit.is_some()),
        !limits.restricted.is_empty(),
    ];
    match scope {
        RiskScope::Firm(_) | RiskScope::Account(_) => limits.reference_price.is_none(),
        RiskScope::Session(_) => limits.reference_price.is_none() && !of_holders.contains(&true),
        RiskScope::Instrument(_) => !of_firms.contains(&true) && !of_holders.contains(&true),
    }
}
