//! The story, step by step. Each step says what it does, does it over FIX, and checks what came of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use fix_codec::{MsgType, tags};
use reference_provider::api::{Image, Instance};

use super::guests::Guest;
use super::market_maker::{MarketMaker, OFFER};
use super::member::{Member, Order, PATIENCE, Seen};
use super::narrator::Narrator;
use super::register::Register;
use super::stage::{OPERATOR, SYMBOL, Stage};
use crate::signals::StopSignals;

/// The seller's price, which the buyer pays.
const PRICE: &str = "1.00";
/// At what the buyer offers the slot again.
const RESALE: &str = "1.10";
/// The market maker's first bid; it improves on it later.
const FIRST_BID: &str = "0.75";

/// How the story ended: everything still runs.
pub(super) struct Told {
    /// The stage.
    pub(super) stage: Stage,
    /// The market maker, logged on.
    pub(super) market_maker: MarketMaker,
    /// An image that the reader may start.
    pub(super) image: String,
}

/// Who plays.
struct Cast {
    seller: Member,
    buyer: Member,
    market_maker: MarketMaker,
    provider: Member,
    compliance: Member,
}

/// What is at stake.
struct Props {
    /// The seller's instance, and its guest as it was seen.
    sold: Instance,
    old: Guest,
    buyers_image: Image,
    makers_image: Image,
    readers_image: Image,
    address: String,
}

/// Tells the whole story.
///
/// # Errors
/// The step that failed, and why; everything was stopped.
pub(super) async fn tell(
    folder: &Path,
    guest_runtime: PathBuf,
    narrator: Narrator,
    stop: &mut StopSignals,
) -> anyhow::Result<Told> {
    narrator.heading(
        1,
        "The venue and a provider's control plane start; guests run in its slots",
    );
    let stage = Stage::set(folder, guest_runtime)
        .await
        .context("step 1 failed")?;
    let mut register = Register::new(stage.venue.events());
    let played = tokio::select! {
        played = acts(&stage, &mut register, narrator) => played,
        () = stop.requested() => Err(anyhow::anyhow!("told to stop before the story was finished")),
    };
    match played {
        Ok((market_maker, image)) => Ok(Told {
            stage,
            market_maker,
            image,
        }),
        Err(error) => {
            if let Err(error) = stage.close().await {
                narrator.line("demo", format_args!("did not stop well: {error:#}"));
            }
            Err(error)
        }
    }
}

async fn acts(
    stage: &Stage,
    register: &mut Register,
    narrator: Narrator,
) -> anyhow::Result<(MarketMaker, String)> {
    let props = furnish(stage, register, narrator)
        .await
        .context("step 1 failed: the guests")?;

    narrator.heading(2, "Five members log on over FIX 4.4");
    let mut cast = Cast::log_on(stage, &props, narrator)
        .await
        .context("step 2 failed: the Logons")?;

    narrator.heading(
        3,
        "The market maker keeps a two-sided price with plain orders",
    );
    cast.quote(narrator)
        .await
        .context("step 3 failed: the market maker")?;

    narrator.heading(
        4,
        "ALDER offers its running instance, BIRCH bids, they trade",
    );
    cast.trade(&props, narrator)
        .await
        .context("step 4 failed: the trade")?;

    narrator.heading(
        5,
        "Settlement has the slot reassigned, and pays against delivery",
    );
    let new = cast
        .settle(stage, register, &props, narrator)
        .await
        .context("step 5 failed: the reassignment")?;

    narrator.heading(
        6,
        "BIRCH, the holder now, offers it again; the provider buys the slot back",
    );
    cast.buy_back(stage, register, &props, &new, narrator)
        .await
        .context("step 6 failed: the buy-back")?;

    let market_maker = cast.leave().await.context("step 7 failed: the Logouts")?;
    narrator.line("demo", "every step was carried out and checked");
    Ok((market_maker, props.readers_image.image_id))
}

/// Uploads the images, starts the guests, gives their slots into custody.
async fn furnish(
    stage: &Stage,
    register: &mut Register,
    narrator: Narrator,
) -> anyhow::Result<Props> {
    let control = stage.provider.address();
    narrator.line(
        "CLOUDPIT",
        format_args!("takes FIX 4.4 on {}", stage.venue.address()),
    );
    narrator.line(
        "ACME",
        format_args!("control plane answers on http://{control}/v1"),
    );
    let sellers_image = stage.image("acme:1001", "alder-web-server").await?;
    let buyers_image = stage.image("acme:1002", "birch-risk-model").await?;
    let makers_image = stage.image("acme:1003", "cedar-idle").await?;
    let readers_image = stage.image("acme:1004", "guest-hello").await?;
    let sold = stage.deposit("acme:1001", &sellers_image).await?;
    let mut deposits = vec![("acme:1001", sold.clone())];
    for number in 1..=2 {
        let image = stage
            .image("acme:1003", &format!("cedar-idle-{number}"))
            .await?;
        deposits.push(("acme:1003", stage.deposit("acme:1003", &image).await?));
    }
    for (account, instance) in &deposits {
        let slot = &instance.slot_id;
        let address = instance
            .address
            .as_deref()
            .context("a running instance has no address")?;
        let guest = Guest::look(address).await?;
        guest.is_in(&stage.provider.slot_directory(slot))?;
        ensure!(
            guest.instance == instance.instance_id,
            "{slot} holds {}",
            guest.instance
        );
        register
            .until(slot, PATIENCE, |holder| {
                holder.is_some_and(|holder| {
                    holder.account == *account && holder.instance == instance.instance_id
                })
            })
            .await?;
        narrator.line(
            account,
            format_args!(
                "runs {} in {slot} (process {}, image {}); deposited with the venue",
                guest.instance, guest.pid, guest.name
            ),
        );
    }
    let address = sold
        .address
        .clone()
        .context("the seller's instance has no address")?;
    Ok(Props {
        old: Guest::look(&address).await?,
        sold,
        buyers_image,
        makers_image,
        readers_image,
        address,
    })
}

impl Cast {
    async fn log_on(stage: &Stage, props: &Props, narrator: Narrator) -> anyhow::Result<Self> {
        let venue = stage.venue.comp_id().as_str();
        let address = stage.venue.address();
        let log_on = async |name, what| {
            let member = Member::log_on(name, venue, address, SYMBOL).await?;
            narrator.line(name, what);
            anyhow::Ok(member)
        };
        let maker = log_on("CEDAR", "logged on: a market maker").await?;
        Ok(Self {
            seller: log_on("ALDER", "logged on: the seller's broker").await?,
            buyer: log_on("BIRCH", "logged on: the buyer's broker").await?,
            market_maker: MarketMaker::new(maker, props.makers_image.image_id.clone()),
            provider: log_on("ACME", "logged on: the provider").await?,
            compliance: log_on("WATCH", "logged on: compliance, for drop copies").await?,
        })
    }

    async fn quote(&mut self, narrator: Narrator) -> anyhow::Result<()> {
        self.market_maker.quote(FIRST_BID).await?;
        narrator.line(
            "CEDAR",
            format_args!("bids {FIRST_BID} and offers {OFFER} for one {SYMBOL}"),
        );
        let bid = self.market_maker.improve().await?;
        narrator.line(
            "CEDAR",
            format_args!("cancels its bid and bids {bid} instead"),
        );
        Ok(())
    }

    async fn trade(&mut self, props: &Props, narrator: Narrator) -> anyhow::Result<()> {
        let instance = &props.sold.instance_id;
        let offer = self.seller.order(&Order::sell(PRICE, instance)).await?;
        let accepted = self.seller.report(&offer, "0").await?;
        narrator.line(
            "ALDER",
            format_args!(
                "offers {instance} at {PRICE}: order {}",
                accepted.field(tags::ORDER_ID)?
            ),
        );
        let image = &props.buyers_image.image_id;
        let bid = self.buyer.order(&Order::buy(PRICE, Some(image))).await?;
        narrator.line(
            "BIRCH",
            format_args!(
                "bids {PRICE}, to start image {} ({image})",
                props.buyers_image.name
            ),
        );
        let bought = self.buyer.report(&bid, "F").await?;
        let sold = self.seller.report(&offer, "F").await?;
        for (member, fill) in [(&self.seller, &sold), (&self.buyer, &bought)] {
            let (price, execution) = (fill.money(tags::LAST_PX)?, fill.field(tags::EXEC_ID)?);
            ensure!(
                fill.has(tags::INSTANCE_IDS, instance),
                "the report names another instance"
            );
            narrator.line(
                member.name(),
                format_args!("ExecutionReport: filled 1 at {price}, execution {execution}"),
            );
        }
        for fill in [&sold, &bought] {
            let execution = fill.field(tags::EXEC_ID)?;
            self.copy_of(&execution).await?;
            narrator.line(
                "WATCH",
                format_args!("drop copy of execution {execution} (797=Y)"),
            );
        }
        Ok(())
    }

    /// Waits until compliance has the copy of an execution.
    async fn copy_of(&mut self, execution: &str) -> anyhow::Result<Seen> {
        self.compliance
            .expect(&format!("the copy of execution {execution}"), |seen| {
                seen.is(MsgType::ExecutionReport)
                    && seen.has(tags::COPY_MSG_INDICATOR, "Y")
                    && seen.has(tags::EXEC_ID, execution)
            })
            .await
    }

    /// Follows the reassignment to its end, and looks at what came of it.
    async fn settle(
        &mut self,
        stage: &Stage,
        register: &mut Register,
        props: &Props,
        narrator: Narrator,
    ) -> anyhow::Result<Guest> {
        let slot = &props.sold.slot_id;
        let began = narrator.elapsed();
        let (buyer, seller) = (&mut self.buyer, &mut self.seller);
        let (bought, sold) = tokio::try_join!(buyer.settled(narrator), seller.settled(narrator))?;
        let took = narrator.elapsed().saturating_sub(began);
        let new = Guest::look(&props.address).await?;
        props.old.is_gone()?;
        new.is_in(&stage.provider.slot_directory(slot))?;
        ensure!(
            new.image_digest == props.buyers_image.digest,
            "{slot} runs another image than the buyer's"
        );
        ensure!(
            new.instance != props.sold.instance_id,
            "{slot} still runs the seller's instance"
        );
        ensure!(
            bought.has(tags::INSTANCE_IDS, &new.instance),
            "the confirmation names another instance than {}",
            new.instance
        );
        narrator.line(slot, format_args!("process {} ({}) is gone; process {} ({}) runs in the same place, {} ms after the trade", props.old.pid, props.old.name, new.pid, new.name, took.as_millis()));
        let (paid, received) = (bought.money(tags::NET_MONEY)?, sold.money(tags::NET_MONEY)?);
        stage.cash("acme:1001", "1001.00").await?;
        stage.cash("acme:1002", "999.00").await?;
        narrator.line(
            "cash",
            format_args!(
                "acme:1002 paid {paid} USD, acme:1001 received {received} USD, against delivery"
            ),
        );
        register
            .until(slot, PATIENCE, |holder| {
                holder.is_some_and(|holder| {
                    holder.account == "acme:1002" && holder.instance == new.instance
                })
            })
            .await?;
        narrator.line(
            "register",
            format_args!("{slot} is acme:1002's, with {} in it", new.instance),
        );
        Ok(new)
    }

    async fn buy_back(
        &mut self,
        stage: &Stage,
        register: &mut Register,
        props: &Props,
        new: &Guest,
        narrator: Narrator,
    ) -> anyhow::Result<()> {
        let slot = &props.sold.slot_id;
        let offer = self
            .buyer
            .order(&Order::sell(RESALE, &new.instance))
            .await?;
        self.buyer.report(&offer, "0").await?;
        narrator.line("BIRCH", format_args!("offers {} at {RESALE}", new.instance));
        let bid = self.provider.order(&Order::buy(RESALE, None)).await?;
        self.provider.report(&bid, "F").await?;
        self.buyer.report(&offer, "F").await?;
        narrator.line(
            "ACME",
            format_args!("bids {RESALE} without an image, to have its slot back: they trade"),
        );
        let (provider, seller) = (&mut self.provider, &mut self.buyer);
        tokio::try_join!(provider.settled(narrator), seller.settled(narrator))?;
        new.is_gone()?;
        register
            .until(slot, PATIENCE, |holder| holder.is_none())
            .await?;
        let returned = stage.customer(OPERATOR)?.slot(slot).await?;
        ensure!(
            returned.custody.is_none() && returned.owner.is_none(),
            "{slot} is not in the provider's pool"
        );
        stage.cash("acme:1002", "1000.10").await?;
        narrator.line(
            slot,
            format_args!(
                "process {} is gone; the slot is back in the provider's pool",
                new.pid
            ),
        );
        narrator.line("cash", format_args!("acme:1002 received {RESALE} USD"));
        Ok(())
    }

    /// All but the market maker log out.
    async fn leave(self) -> anyhow::Result<MarketMaker> {
        for member in [self.seller, self.buyer, self.provider, self.compliance] {
            member.log_out().await?;
        }
        Ok(self.market_maker)
    }
}
