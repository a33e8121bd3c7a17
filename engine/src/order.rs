//! One order as the engine keeps it: small, with places instead of names.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::num::NonZeroI64;

use serde::{Deserialize, Serialize};

use crate::command::{Conditions, Expiry, OrderKind, Side, TimeInForce};
use crate::event::{KnownOrder, OrderStatus};
use crate::extras::{Extras, Pricing};
use crate::ids::OrderId;
use crate::inventory::SlotPlace;
use crate::money::{Notional, Price, Quantity};
use crate::slab::{NONE, Place};
use crate::text::{ClientOrderId, ImageName};
use crate::time::{Timestamp, TradingDay};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) limit: Limit,
    pub(crate) quantity: Quantity,
    pub(crate) cumulative: Quantity,
    pub(crate) filled_notional: Notional,
    pub(crate) accepted_at: Timestamp,
    pub(crate) instrument: u32,
    pub(crate) firm: u32,
    pub(crate) account: u32,
    pub(crate) session: u32,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) side: Side,
    pub(crate) lifetime: Lifetime,
    /// Whether it has had other client order ids before.
    pub(crate) replaced: bool,
    pub(crate) delivery: Delivery,
    /// Boxed, for most orders have none.
    pub(crate) extras: Option<Box<Extras>>,
    #[serde(skip)]
    pub(crate) links: Links,
}

/// The limit price of an order in micro-units; none of a market order. Orders have prices above zero, so
/// that the absence of one takes no room.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Limit(Option<NonZeroI64>);

impl Limit {
    /// How an order is priced whose price was checked.
    pub(crate) fn of(kind: OrderKind) -> Self {
        kind.limit().map_or(Self(None), Self::at)
    }

    fn at(price: Price) -> Self {
        let micros = NonZeroI64::new(price.micros());
        Self(Some(micros.expect("a price of zero is refused")))
    }

    fn price(self) -> Option<Price> {
        self.0.map(|micros| Price::from_micros(micros.get()))
    }
}

/// TimeInForce(59) in one byte: the time of an expiry is among the extras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lifetime {
    Day,
    ImmediateOrCancel,
    FillOrKill,
    GoodTillCancel,
    GoodTillDay,
    GoodTillTime,
    AtTheOpening,
    AtTheClose,
}

impl Lifetime {
    /// How long an order lives.
    pub(crate) fn of(time_in_force: TimeInForce) -> Self {
        match time_in_force {
            TimeInForce::Day => Self::Day,
            TimeInForce::ImmediateOrCancel => Self::ImmediateOrCancel,
            TimeInForce::FillOrKill => Self::FillOrKill,
            TimeInForce::GoodTillCancel => Self::GoodTillCancel,
            TimeInForce::GoodTillDate(Expiry::EndOf(_)) => Self::GoodTillDay,
            TimeInForce::GoodTillDate(Expiry::At(_)) => Self::GoodTillTime,
            TimeInForce::AtTheOpening => Self::AtTheOpening,
            TimeInForce::AtTheClose => Self::AtTheClose,
        }
    }

    /// Whether the order ends with the trading day, if not before.
    pub(crate) fn ends_with_day(self) -> bool {
        matches!(self, Self::Day | Self::AtTheOpening | Self::AtTheClose)
    }
}

/// What an order delivers or wants delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Delivery {
    /// Buy: what to start in each slot; none for a buy-back.
    Image(Option<ImageName>),
    /// Sell: the slots in order of delivery, those delivered already included; none on a test
    /// instrument.
    Slots(Vec<SlotPlace>),
}

/// Where an order rests: its level, and its neighbours there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links {
    pub(crate) level: Place,
    pub(crate) ahead: Place,
    pub(crate) behind: Place,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            level: NONE,
            ahead: NONE,
            behind: NONE,
        }
    }
}

// A resting order is to take 256 bytes all told; what finds it takes 20 to 42 more.
const _: () = assert!(size_of::<Order>() <= 208);

impl Order {
    /// Takes it out of the place that it is in: what is left there delivers nothing, and means nothing.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Self {
        Self {
            delivery: core::mem::replace(&mut self.delivery, Delivery::Image(None)),
            extras: self.extras.take(),
            ..*self
        }
    }

    /// How many instances are open.
    pub(crate) fn leaves(&self) -> Quantity {
        self.quantity
            .checked_sub(self.cumulative)
            .expect("no more is filled than was ordered")
    }

    /// What it asks for beyond price, quantity and time.
    pub(crate) fn conditions(&self) -> Option<&Conditions> {
        self.extras.as_ref().map(|extras| &extras.conditions)
    }

    /// The limit price; a market order has none.
    pub(crate) fn limit(&self) -> Option<Price> {
        self.limit.price()
    }

    /// How it is priced.
    #[inline]
    pub(crate) fn kind(&self) -> OrderKind {
        let limit = self.limit();
        let Some(extras) = &self.extras else {
            return limit.map_or(OrderKind::Market, OrderKind::Limit);
        };
        match extras.pricing {
            Pricing::Plain => limit.map_or(OrderKind::Market, OrderKind::Limit),
            Pricing::MarketToLimit => limit.map_or(OrderKind::MarketToLimit, OrderKind::Limit),
            Pricing::Stop { price: stop, .. } => limit.map_or(OrderKind::Stop(stop), |limit| {
                OrderKind::StopLimit { stop, limit }
            }),
        }
    }

    /// For how long it was sent.
    pub(crate) fn time_in_force(&self) -> TimeInForce {
        match self.lifetime {
            Lifetime::Day => TimeInForce::Day,
            Lifetime::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
            Lifetime::FillOrKill => TimeInForce::FillOrKill,
            Lifetime::GoodTillCancel => TimeInForce::GoodTillCancel,
            Lifetime::GoodTillDay => {
                TimeInForce::GoodTillDate(Expiry::EndOf(TradingDay::ending_at(self.expires_at())))
            }
            Lifetime::GoodTillTime => TimeInForce::GoodTillDate(Expiry::At(self.expires_at())),
            Lifetime::AtTheOpening => TimeInForce::AtTheOpening,
            Lifetime::AtTheClose => TimeInForce::AtTheClose,
        }
    }

    /// When it expires by itself, if it does.
    #[inline]
    pub(crate) fn expiry(&self) -> Option<Timestamp> {
        match self.lifetime {
            Lifetime::Day
            | Lifetime::ImmediateOrCancel
            | Lifetime::FillOrKill
            | Lifetime::GoodTillCancel
            | Lifetime::AtTheOpening
            | Lifetime::AtTheClose => None,
            Lifetime::GoodTillDay | Lifetime::GoodTillTime => Some(self.expires_at()),
        }
    }

    fn expires_at(&self) -> Timestamp {
        let expires_at = self.extras.as_ref().and_then(|extras| extras.expires_at);
        expires_at.expect("an order that is good till a time has one")
    }

    /// Whether the order may trade at a price of the other side.
    pub(crate) fn accepts(&self, price: Price) -> bool {
        match (self.limit(), self.side) {
            (None, _) => true,
            (Some(limit), Side::Buy) => price <= limit,
            (Some(limit), Side::Sell) => price >= limit,
        }
    }

    fn pricing(&self) -> Pricing {
        let extras = self.extras.as_ref();
        extras.map_or(Pricing::Plain, |extras| extras.pricing)
    }

    /// Whether its first fill will give it its limit price.
    pub(crate) fn takes_price(&self) -> bool {
        self.pricing() == Pricing::MarketToLimit && self.limit().is_none()
    }

    /// The price that it waits or waited for, where it is a stop order.
    pub(crate) fn stop(&self) -> Option<Price> {
        self.kind().stop()
    }

    /// Whether it is a stop order that waits for its price.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.pricing(), Pricing::Stop { waits: true, .. })
    }

    /// It waits no more.
    pub(crate) fn elect(&mut self) {
        if let Some(extras) = &mut self.extras
            && let Pricing::Stop { waits, .. } = &mut extras.pricing
        {
            *waits = false;
        }
    }

    /// How much of an order that rests is shown, and may be taken before its turn comes again.
    #[inline]
    pub(crate) fn displayed(&self) -> Quantity {
        let shown = self.extras.as_ref().and_then(|extras| extras.shown);
        shown.unwrap_or_else(|| self.leaves())
    }

    /// Shows as much as may be shown of it.
    pub(crate) fn show(&mut self) {
        let leaves = self.leaves();
        if let Some(extras) = &mut self.extras {
            let displayed = extras.conditions.displayed_quantity;
            extras.shown = displayed.map(|displayed| displayed.min(leaves));
        }
    }

    /// Shows no more than is open of it.
    pub(crate) fn hide_excess(&mut self) {
        let leaves = self.leaves();
        if let Some(extras) = &mut self.extras {
            extras.shown = extras.shown.map(|shown| shown.min(leaves));
        }
    }

    /// Shows what is shown of the order that it comes from, as far as it is still open.
    pub(crate) fn show_no_more_than(&mut self, before: &Self) {
        let shown = before.displayed();
        if let Some(extras) = &mut self.extras {
            let displayed = extras.conditions.displayed_quantity;
            extras.shown = displayed.map(|displayed| displayed.min(shown));
        }
        self.hide_excess();
    }

    /// What a piece of it counts with towards limits while it rests: its limit, else its stop price, else what was laid
    /// down when it came to collect for an auction.
    pub(crate) fn counting_price(&self) -> Option<Price> {
        let laid_down = || self.extras.as_ref()?.counted_at;
        self.limit().or_else(|| self.stop()).or_else(laid_down)
    }

    /// Lays down what a piece of it counts with while it has no price of its own.
    pub(crate) fn count_at(&mut self, price: Option<Price>) {
        if price.is_some() || self.extras.is_some() {
            self.extras.get_or_insert_with(Extras::none).counted_at = price;
        }
    }

    /// Whether it is in the book, and does not wait somewhere else.
    pub(crate) fn is_booked(&self) -> bool {
        self.links.level != NONE
    }

    /// Takes note of a fill of what is shown.
    pub(crate) fn fill(&mut self, price: Price, quantity: Quantity) {
        self.count_fill(price, quantity);
        if self.extras.is_some() {
            self.fill_extras(price, quantity);
        }
    }

    /// Takes note of a fill, of what is shown or not.
    pub(crate) fn fill_whole(&mut self, price: Price, quantity: Quantity) {
        self.count_fill(price, quantity);
        if self.takes_price() {
            self.limit = Limit::at(price);
        }
        self.hide_excess();
    }

    #[inline]
    fn count_fill(&mut self, price: Price, quantity: Quantity) {
        let cumulative = self
            .cumulative
            .checked_add(quantity)
            .filter(|sum| *sum <= self.quantity);
        self.cumulative = cumulative.expect("no more is filled than was ordered");
        let notional = self.filled_notional.checked_add(price.times(quantity));
        self.filled_notional =
            notional.expect("63 bits times all 64 bits of quantity fit into 127");
    }

    /// Takes a fill back that had this cost.
    pub(crate) fn unfill(&mut self, quantity: Quantity, cost: Notional) {
        let cumulative = self.cumulative.checked_sub(quantity);
        self.cumulative = cumulative.expect("the fill was found in the order");
        let notional = self.filled_notional.checked_sub(cost);
        self.filled_notional = notional.expect("the fill was found in the order");
    }

    /// Takes a fill back out of an order that lives: it becomes smaller by as much, and just as much of it stays open.
    /// `slots` are those that the fill delivered.
    pub(crate) fn shrink(&mut self, quantity: Quantity, cost: Notional, slots: &[SlotPlace]) {
        if let Delivery::Slots(all) = &mut self.delivery {
            let mut delivered = usize::try_from(self.cumulative.get()).unwrap_or(usize::MAX);
            for slot in slots {
                // What came back once may have been delivered twice: the last time is the one.
                let found = all[..delivered].iter().rposition(|known| known == slot);
                all.remove(found.expect("a sell knows what it delivered"));
                delivered = delivered.saturating_sub(1);
            }
        }
        self.unfill(quantity, cost);
        let rest = self.quantity.checked_sub(quantity);
        self.quantity = rest.expect("no more is filled than was ordered");
    }

    /// Takes note that fills cost something else than they did.
    pub(crate) fn cost_instead(&mut self, before: Notional, now: Notional) {
        let rest = self.filled_notional.checked_sub(before);
        let sum = rest.and_then(|rest| rest.checked_add(now));
        self.filled_notional = sum.expect("63 bits times all 64 bits of quantity fit into 127");
    }

    fn fill_extras(&mut self, price: Price, quantity: Quantity) {
        if self.takes_price() {
            self.limit = Limit::at(price);
        }
        if let Some(extras) = &mut self.extras {
            let rest = |shown: Quantity| shown.checked_sub(quantity);
            let fits = "no more is taken at once than is shown";
            extras.shown = extras.shown.map(|shown| rest(shown).expect(fits));
        }
    }

    /// The order, and where it stands that nothing ended, as a refusal tells.
    pub(crate) fn known(&self) -> KnownOrder {
        KnownOrder {
            order_id: self.id,
            status: self.status(),
        }
    }

    /// Where an order stands that nothing ended.
    pub(crate) fn status(&self) -> OrderStatus {
        if self.cumulative == self.quantity {
            OrderStatus::Filled
        } else if self.cumulative.is_zero() {
            OrderStatus::New
        } else {
            OrderStatus::PartiallyFilled
        }
    }

    /// The slots that are not delivered yet, in order of delivery.
    pub(crate) fn undelivered(&self) -> &[SlotPlace] {
        self.slots().1
    }

    /// The slots that are delivered, in order of delivery.
    pub(crate) fn delivered(&self) -> &[SlotPlace] {
        self.slots().0
    }

    /// The slots of a sell: those delivered, and those that are not.
    fn slots(&self) -> (&[SlotPlace], &[SlotPlace]) {
        match &self.delivery {
            Delivery::Image(_) => (&[], &[]),
            Delivery::Slots(slots) if slots.is_empty() => (&[], &[]),
            Delivery::Slots(slots) => {
                let delivered = usize::try_from(self.cumulative.get());
                slots.split_at(delivered.expect("as many slots as instances fit into memory"))
            }
        }
    }

    /// What a buyer wants started.
    pub(crate) fn image(&self) -> Option<ImageName> {
        match self.delivery {
            Delivery::Image(image) => image,
            Delivery::Slots(_) => None,
        }
    }
}
