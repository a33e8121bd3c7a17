//! The engine's state as one value in a fixed order, to be written, hashed and read back. What can
//! be made again from it (the ways to find things, the links of the books) is left out.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::amending::Amendments;
use crate::blocking::Blocks;
use crate::book::Book;
use crate::command::Phase;
use crate::ids::CommandNumber;
use crate::inventory::Inventory;
use crate::machine::Engine;
use crate::money::Price;
use crate::order::{Lifetime, Order};
use crate::orders::{Known, Names};
use crate::registry::Registry;
use crate::risk::Risk;
use crate::slab::Slab;
use crate::time::Timestamp;
use crate::trades::Trades;

#[derive(Serialize, Deserialize)]
struct Image<'a> {
    last: Option<(CommandNumber, Timestamp)>,
    registry: Cow<'a, Registry>,
    inventory: Cow<'a, Inventory>,
    trades: Cow<'a, Trades>,
    /// By instrument: bids before offers, each side in the order in which it trades, then stops that wait, then
    /// orders at the close that wait for it.
    resting: Vec<Cow<'a, Order>>,
    /// By instrument, where it has traded.
    last_prices: Vec<Option<Price>>,
    names: Cow<'a, Names>,
    /// Firms whose orders are found by their session, ascending.
    followed: Vec<u32>,
    risk: Cow<'a, Risk>,
    amendments: Cow<'a, Amendments>,
    blocks: Cow<'a, Blocks>,
}

impl Serialize for Engine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let orders = &self.orders;
        let books = self.books.iter();
        let places = books.flat_map(|book| book.all(&orders.resting, &self.levels));
        let image = Image {
            last: self.last,
            registry: Cow::Borrowed(&self.registry),
            inventory: Cow::Borrowed(&self.inventory),
            trades: Cow::Borrowed(&self.trades),
            resting: places
                .map(|place| Cow::Borrowed(&orders.resting[place]))
                .collect(),
            last_prices: self.books.iter().map(|book| book.last_price).collect(),
            names: Cow::Borrowed(orders.names()),
            followed: orders.followed().collect(),
            risk: Cow::Borrowed(&self.risk),
            amendments: Cow::Borrowed(&self.amendments),
            blocks: Cow::Borrowed(&self.blocks),
        };
        image.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Engine {
    /// Refuses orders that name what is not there; trusts the rest, as a checksum guards it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let image = Image::deserialize(deserializer)?;
        let mut engine = Self {
            last: image.last,
            registry: image.registry.into_owned(),
            inventory: image.inventory.into_owned(),
            trades: image.trades.into_owned(),
            amendments: image.amendments.into_owned(),
            blocks: image.blocks.into_owned(),
            levels: Slab::default(),
            ..Self::default()
        };
        engine
            .books
            .resize_with(engine.registry.instruments.len(), Book::default);
        engine.lost = engine.lost_sessions();
        engine.reopening = engine.reopening_instruments();
        for firm in image.followed {
            engine.orders.follow(firm, core::iter::empty());
        }
        let registry = &engine.registry;
        if !engine
            .blocks
            .fits(registry.firms.len(), registry.sessions.len())
        {
            return Err(D::Error::custom(
                "a firm or session is blocked that is not there",
            ));
        }
        if image.last_prices.len() != engine.books.len() {
            return Err(D::Error::custom(
                "each instrument has a last price, or none",
            ));
        }
        for (book, last_price) in engine.books.iter_mut().zip(image.last_prices) {
            book.last_price = last_price;
        }
        for order in image.resting {
            let order = order.into_owned();
            if !engine.may_rest(&order) {
                return Err(D::Error::custom("an order rests that cannot"));
            }
            if order.waits() {
                engine.wait(order);
            } else {
                engine.put(order);
            }
        }
        engine.orders.set_names(image.names.into_owned());
        engine.risk = image.risk.into_owned();
        engine.measure_all();
        Ok(engine)
    }
}

impl Engine {
    fn may_rest(&self, order: &Order) -> bool {
        let registry = &self.registry;
        let known = |place: u32, count: usize| usize::try_from(place).is_ok_and(|at| at < count);
        let taken = self.orders.find(order.firm, &order.client_order_id);
        known(order.instrument, registry.instruments.len())
            && known(order.account, registry.accounts.len())
            && known(order.session, registry.sessions.len())
            && known(order.firm, registry.firms.len())
            && order.cumulative < order.quantity
            && self.is_priced(order)
            && self.orders.find_id(order.id).is_none()
            && !matches!(taken, Some(Known::Resting(_)))
    }

    /// The instruments that reopen with an auction, by the time at which its call ends.
    fn reopening_instruments(&self) -> BTreeSet<(Timestamp, u32)> {
        let listings = self.registry.instruments.iter();
        let reopening = listings.filter_map(|(place, listing)| {
            let time = listing.trading.reopens_at?;
            Some((time, place))
        });
        reopening.collect()
    }

    /// One that waits has a stop price that is not reached while orders trade; any other one has a limit, unless it
    /// collects for an auction, and shows something.
    fn is_priced(&self, order: &Order) -> bool {
        let above_zero = |price: Price| price.micros() > 0;
        let known = usize::try_from(order.instrument).is_ok_and(|at| at < self.books.len());
        if !known {
            return false;
        }
        let trading = self.trading(order.instrument);
        let trades = trading.phase == Phase::Continuous;
        if order.waits() {
            order.stop().is_some_and(above_zero) && !(trades && self.is_reached(order))
        } else {
            let collects = trading.holds_market_orders() || order.lifetime == Lifetime::AtTheClose;
            order.limit().map_or(collects, above_zero) && !order.displayed().is_zero()
        }
    }
}
