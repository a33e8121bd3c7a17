//! The market maker: keeps a two-sided price with plain orders, and puts back what is taken while it can.

use fix_codec::values::Side;
use fix_codec::{MsgType, tags};

use super::member::{Member, Order, PATIENCE, Seen};
use super::narrator::Narrator;

/// What it pays.
const BID: &str = "0.80";
/// What it asks.
pub(super) const OFFER: &str = "1.20";

/// A member that keeps a bid and an offer.
pub(super) struct MarketMaker {
    member: Member,
    image: String,
    bid: Option<String>,
    offer: Option<String>,
}

impl MarketMaker {
    /// A market maker that starts instances it buys from `image`, and quotes nothing yet.
    pub(super) fn new(member: Member, image: String) -> Self {
        Self {
            member,
            image,
            bid: None,
            offer: None,
        }
    }

    /// Puts a bid and an offer into the market, and waits until both are accepted.
    pub(super) async fn quote(&mut self, bid: &str) -> anyhow::Result<()> {
        let bid = self.send(Side::Buy, bid).await?;
        self.member.report(&bid, "0").await?;
        let offer = self.send(Side::Sell, OFFER).await?;
        self.member.report(&offer, "0").await?;
        self.bid = Some(bid);
        self.offer = Some(offer);
        Ok(())
    }

    /// Moves its bid to the price that it keeps from then on: cancels the old order, then sends a new one.
    pub(super) async fn improve(&mut self) -> anyhow::Result<&'static str> {
        if let Some(old) = self.bid.take() {
            self.member.cancel(&old, Side::Buy).await?;
            self.member
                .expect("its cancel", |seen| {
                    seen.is(MsgType::ExecutionReport) && seen.has(tags::EXEC_TYPE, "4")
                })
                .await?;
        }
        let bid = self.send(Side::Buy, BID).await?;
        self.member.report(&bid, "0").await?;
        self.bid = Some(bid);
        Ok(BID)
    }

    /// Keeps its prices while others trade with it, until it is dropped or the connection ends.
    pub(super) async fn keep(mut self, narrator: Narrator) {
        loop {
            let Ok(seen) = self.member.next(PATIENCE * 60).await else {
                if self.member.is_connected() {
                    continue;
                }
                return;
            };
            if let Err(error) = self.answer(&seen, narrator).await {
                narrator.line("CEDAR", format_args!("stops quoting: {error:#}"));
                return;
            }
        }
    }

    /// Logs out.
    pub(super) async fn leave(self) -> anyhow::Result<()> {
        self.member.log_out().await
    }

    async fn answer(&mut self, seen: &Seen, narrator: Narrator) -> anyhow::Result<()> {
        if !seen.is(MsgType::ExecutionReport) || !seen.has(tags::EXEC_TYPE, "F") {
            return Ok(());
        }
        let order = seen.field(tags::CL_ORD_ID)?;
        let price = seen.money(tags::LAST_PX)?;
        if self.bid.as_deref() == Some(&order) {
            narrator.line("CEDAR", format_args!("bought at {price}; bids again"));
            self.bid = Some(self.send(Side::Buy, BID).await?);
        } else if self.offer.as_deref() == Some(&order) {
            narrator.line(
                "CEDAR",
                format_args!("sold at {price}; offers again what it has left"),
            );
            self.offer = Some(self.send(Side::Sell, OFFER).await?);
        }
        Ok(())
    }

    async fn send(&mut self, side: Side, price: &str) -> anyhow::Result<String> {
        let image = (side == Side::Buy).then_some(self.image.as_str());
        let order = Order {
            side,
            price,
            instance: None,
            image,
        };
        self.member.order(&order).await
    }
}
