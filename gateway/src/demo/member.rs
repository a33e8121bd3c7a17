//! A member's FIX session: logs on over TCP, sends orders, and waits for what the venue says.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use fix_codec::messages::{NewOrderSingle, OrderCancelRequest};
use fix_codec::values::{OrdType, Side, TimeInForce, TokenList};
use fix_codec::{MsgType, tags};
use fix_session::Settings;
use rust_decimal::Decimal;

use super::narrator::Narrator;
use crate::clock;
use crate::initiator::{Client, OwnedMessage};

/// How long the venue may take over anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
const HEARTBEAT_SECONDS: u32 = 30;

/// An order, as a person would say it.
#[derive(Debug, Clone)]
pub(super) struct Order<'a> {
    /// Buy or sell.
    pub(super) side: Side,
    /// Price(44), as a decimal number.
    pub(super) price: &'a str,
    /// InstanceIDs(20001): what is offered.
    pub(super) instance: Option<&'a str>,
    /// ImageID(20002): what is to be started.
    pub(super) image: Option<&'a str>,
}

impl<'a> Order<'a> {
    /// An offer of this instance.
    pub(super) fn sell(price: &'a str, instance: &'a str) -> Self {
        Self {
            side: Side::Sell,
            price,
            instance: Some(instance),
            image: None,
        }
    }

    /// A bid for an instance, to start this image; a provider that buys back starts none.
    pub(super) fn buy(price: &'a str, image: Option<&'a str>) -> Self {
        Self {
            side: Side::Buy,
            price,
            instance: None,
            image,
        }
    }
}

/// One member's session.
pub(super) struct Member {
    name: &'static str,
    symbol: String,
    client: Client,
    orders: u32,
}

impl Member {
    /// Logs `name` on to the venue at `address`.
    pub(super) async fn log_on(
        name: &'static str,
        venue: &str,
        address: SocketAddr,
        symbol: &str,
    ) -> anyhow::Result<Self> {
        let mut client = Client::new(Settings::initiator(name, venue, HEARTBEAT_SECONDS));
        let logged_on = tokio::time::timeout(PATIENCE, client.connect(address)).await;
        logged_on
            .context("no answer to the Logon")?
            .with_context(|| format!("{name} cannot log on"))?;
        Ok(Self {
            name,
            symbol: symbol.to_owned(),
            client,
            orders: 0,
        })
    }

    /// The member's name.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Sends an order for one instance; returns its ClOrdID(11).
    pub(super) async fn order(&mut self, order: &Order<'_>) -> anyhow::Result<String> {
        let id = self.next_id();
        let instances = order.instance.map(|instance| [instance]);
        let message = NewOrderSingle {
            order_qty: Some(Decimal::ONE),
            price: Some(Decimal::from_str(order.price)?),
            time_in_force: Some(TimeInForce::Day),
            instance_ids: instances.as_ref().map(|tokens| TokenList::Tokens(tokens)),
            image_id: order.image,
            ..NewOrderSingle::new(&id, &self.symbol, order.side, clock::now(), OrdType::Limit)
        };
        self.client.send(&message).await?;
        Ok(id)
    }

    /// Asks for an order's cancel.
    pub(super) async fn cancel(&mut self, order: &str, side: Side) -> anyhow::Result<()> {
        let id = self.next_id();
        let message = OrderCancelRequest {
            order_qty: Some(Decimal::ONE),
            ..OrderCancelRequest::new(order, &id, &self.symbol, side, clock::now())
        };
        self.client.send(&message).await?;
        Ok(())
    }

    /// Waits for the next application message.
    pub(super) async fn next(&mut self, patience: Duration) -> anyhow::Result<Seen> {
        let message = self.client.next_message(patience).await;
        message
            .map(Seen)
            .with_context(|| format!("{} waited for a message", self.name))
    }

    /// Waits for the message that `wanted` describes; passes over others, but a refusal ends the wait.
    pub(super) async fn expect(
        &mut self,
        what: &str,
        wanted: impl Fn(&Seen) -> bool,
    ) -> anyhow::Result<Seen> {
        let found = async {
            loop {
                let seen = self.next(PATIENCE).await?;
                if wanted(&seen) {
                    return Ok(seen);
                }
                anyhow::ensure!(!seen.is_refusal(), "the venue refused: {}", seen.0);
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("nothing of the kind came")))
            .with_context(|| format!("{} waited for {what}", self.name))
    }

    /// Waits for the report of `exec_type` about an order.
    pub(super) async fn report(&mut self, order: &str, exec_type: &str) -> anyhow::Result<Seen> {
        let what = format!("ExecutionReport 150={exec_type} about {order}");
        self.expect(&what, |seen| {
            seen.is(MsgType::ExecutionReport)
                && seen.has(tags::CL_ORD_ID, order)
                && seen.has(tags::EXEC_TYPE, exec_type)
        })
        .await
    }

    /// Follows a reassignment by its Confirmations(AK) until it is settled; tells of each.
    pub(super) async fn settled(&mut self, narrator: Narrator) -> anyhow::Result<Seen> {
        loop {
            let seen = self
                .expect("a Confirmation(AK)", |seen| seen.is(MsgType::Confirmation))
                .await?;
            let status = seen.field(tags::REASSIGNMENT_STATUS)?;
            let what = match status.as_str() {
                "0" => "reassignment pending",
                "1" => "the old instance is being terminated",
                "2" => "the image is being placed in the slot",
                "3" => "it is being started",
                "4" => "settled",
                _ => anyhow::bail!("{}: the reassignment failed: {}", self.name, seen.0),
            };
            narrator.line(
                self.name,
                format_args!("Confirmation: {what} (20004={status})"),
            );
            if status == "4" {
                return Ok(seen);
            }
        }
    }

    /// Whether the connection stands.
    pub(super) fn is_connected(&self) -> bool {
        self.client.is_connected()
    }

    /// Logs out.
    pub(super) async fn log_out(mut self) -> anyhow::Result<()> {
        Ok(self.client.logout().await?)
    }

    fn next_id(&mut self) -> String {
        self.orders += 1;
        format!("{}-{}", self.name, self.orders)
    }
}

/// A message that came.
#[derive(Debug, Clone)]
pub(super) struct Seen(OwnedMessage);

impl Seen {
    /// Whether it is of this type.
    pub(super) fn is(&self, msg_type: MsgType) -> bool {
        self.0.msg_type() == Some(msg_type)
    }

    /// Whether a field has this value.
    pub(super) fn has(&self, tag: u32, value: &str) -> bool {
        self.0.field(tag).as_deref() == Some(value)
    }

    /// The value of a field that must be there.
    pub(super) fn field(&self, tag: u32) -> anyhow::Result<String> {
        self.0
            .field(tag)
            .with_context(|| format!("the message has no field {tag}: {}", self.0))
    }

    /// An amount of money, with its cents.
    pub(super) fn money(&self, tag: u32) -> anyhow::Result<String> {
        let amount = Decimal::from_str(&self.field(tag)?)?;
        Ok(format!("{amount:.2}"))
    }

    fn is_refusal(&self) -> bool {
        self.is(MsgType::BusinessMessageReject)
            || self.is(MsgType::OrderCancelReject)
            || (self.is(MsgType::ExecutionReport) && self.has(tags::EXEC_TYPE, "8"))
    }
}
