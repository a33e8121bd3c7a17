//! A member of the venue, as a test plays one: a FIX session over TCP, and the fields of what it gets.

use std::net::SocketAddr;
use std::time::Duration;

use fix_codec::messages::{NewOrderSingle, OrderCancelRequest};
use fix_codec::tags;
use fix_codec::values::{OrdType, Side, TimeInForce};
use fix_session::{Resume, Settings};
use gateway::clock;
use gateway::initiator::{Client, ClientError, Incoming, OwnedMessage};
use rust_decimal::Decimal;

/// How long the venue may take over anything before a test gives up. Only a failing test waits that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The venue's CompID in every test.
pub const VENUE: &str = "CLOUDPIT";

const HEARTBEAT_SECONDS: u32 = 30;

/// One session of a member.
pub struct Member {
    name: String,
    client: Client,
}

/// A limit order for a test instrument.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Symbol(55).
    pub symbol: &'a str,
    /// Buy or sell.
    pub side: Side,
    /// OrderQty(38).
    pub quantity: u32,
    /// Price(44), in hundredths.
    pub cents: i64,
    /// TimeInForce(59).
    pub time_in_force: TimeInForce,
}

impl Member {
    /// A session that has never been used.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::with(Self::settings(name))
    }

    /// How the session of a member is set up that asks for nothing special.
    #[must_use]
    pub fn settings(name: &str) -> Settings {
        Settings::initiator(name, VENUE, HEARTBEAT_SECONDS)
    }

    /// A session with settings of its own.
    #[must_use]
    pub fn with(settings: Settings) -> Self {
        Self {
            name: settings.sender_comp_id.clone(),
            client: Client::new(settings),
        }
    }

    /// A session with settings of its own, come back with nothing but the MsgSeqNum(34) that it sends next.
    #[must_use]
    pub fn with_resume(settings: Settings, next_outgoing: u64) -> Self {
        let resume = Resume {
            next_outgoing,
            next_incoming: 1,
        };
        Self {
            name: settings.sender_comp_id.clone(),
            client: Client::resume(settings, resume),
        }
    }

    /// The same member come back with nothing but its own numbers: whatever the venue has ever sent it, it has not got.
    #[must_use]
    pub fn without_memory(&self) -> Self {
        Self::returning(&self.name, self.client.session().next_outgoing())
    }

    /// A member come back with nothing but the MsgSeqNum(34) that it sends next.
    #[must_use]
    pub fn returning(name: &str, next_outgoing: u64) -> Self {
        let settings = Settings::initiator(name, VENUE, HEARTBEAT_SECONDS);
        Self::with_resume(settings, next_outgoing)
    }

    /// The member's CompID.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// MsgSeqNum(34) of the next message that the venue sends, if nothing is missing.
    #[must_use]
    pub fn next_incoming(&self) -> u64 {
        self.client.session().next_incoming()
    }

    /// The FIX client underneath.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Connects and logs on.
    ///
    /// # Errors
    /// When the venue is not there, does not answer or refuses.
    pub async fn connect(&mut self, address: SocketAddr) -> Result<(), ClientError> {
        let connected = tokio::time::timeout(PATIENCE, self.client.connect(address)).await;
        let connected = connected.unwrap_or(Err(ClientError::Silence(PATIENCE)));
        if connected.is_err() {
            self.client.abort();
        }
        connected
    }

    /// Sends an order.
    ///
    /// # Errors
    /// When the connection breaks; the venue asks for the order at the next Logon.
    pub async fn order(&mut self, id: &str, terms: &Terms<'_>) -> Result<(), ClientError> {
        let order = NewOrderSingle {
            order_qty: Some(terms.quantity.into()),
            price: Some(Decimal::new(terms.cents, 2)),
            time_in_force: Some(terms.time_in_force),
            ..NewOrderSingle::new(id, terms.symbol, terms.side, clock::now(), OrdType::Limit)
        };
        self.send(&order).await
    }

    /// Asks for the cancel of `order`.
    ///
    /// # Errors
    /// As [`Member::order`].
    pub async fn cancel(
        &mut self,
        id: &str,
        order: &str,
        symbol: &str,
        side: Side,
    ) -> Result<(), ClientError> {
        let request = OrderCancelRequest {
            order_qty: Some(Decimal::ONE),
            ..OrderCancelRequest::new(order, id, symbol, side, clock::now())
        };
        self.send(&request).await
    }

    /// Sends any message.
    ///
    /// # Errors
    /// As [`Member::order`].
    pub async fn send(&mut self, body: &impl fix_codec::EncodeBody) -> Result<(), ClientError> {
        self.client.send(body).await.map(drop)
    }

    /// The next message; `None` when the connection has ended.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn next(&mut self) -> Result<Option<Seen>, ClientError> {
        let next = async {
            loop {
                match self.client.next().await {
                    Ok(Incoming::Message(message)) => return Ok(Some(Seen::of(&message))),
                    // After a failure comes the end of the connection.
                    Ok(Incoming::LoggedOn) | Err(ClientError::Io(_)) => {}
                    Ok(Incoming::Disconnected(_)) | Err(ClientError::NotConnected) => {
                        return Ok(None);
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        let next = tokio::time::timeout(PATIENCE, next).await;
        next.unwrap_or(Err(ClientError::Silence(PATIENCE)))
    }

    /// Everything up to and with the first message that `wanted` describes.
    ///
    /// # Panics
    /// When the connection ends before it comes, or nothing comes: the test has failed.
    pub async fn until(&mut self, wanted: impl Fn(&Seen) -> bool) -> Vec<Seen> {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(seen)) => {
                    all.push(seen);
                    if all.last().is_some_and(&wanted) {
                        return all;
                    }
                }
                other => panic!("{} got {other:?} after {all:#?}", self.name),
            }
        }
    }

    /// The answer to the request with this ClOrdID(11): its first message.
    ///
    /// # Panics
    /// As [`Member::until`].
    pub async fn answer(&mut self, id: &str) -> Seen {
        let mut all = self.until(|seen| seen.is(tags::CL_ORD_ID, id)).await;
        all.pop().expect("it ends with what was wanted")
    }

    /// Everything until the connection ends.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn rest(&mut self) -> Vec<Seen> {
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(seen)) => all.push(seen),
                Ok(None) => return all,
                Err(error) => panic!("{}: {error}", self.name),
            }
        }
    }
}

/// A message that came: its fields, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    fields: Vec<(u32, String)>,
}

/// Fields of one transmission, which differ when the same is sent again: 9, 10, 34, 43, 52, 97, 122.
const OF_TRANSMISSION: [u32; 7] = [
    tags::BODY_LENGTH,
    tags::CHECK_SUM,
    tags::MSG_SEQ_NUM,
    tags::POSS_DUP_FLAG,
    tags::SENDING_TIME,
    tags::POSS_RESEND,
    tags::ORIG_SENDING_TIME,
];

impl Seen {
    fn of(message: &OwnedMessage) -> Self {
        let text = String::from_utf8_lossy(message.bytes());
        let fields = text.split_terminator('\u{1}').filter_map(|field| {
            let (tag, value) = field.split_once('=')?;
            Some((tag.parse().ok()?, value.to_owned()))
        });
        Self {
            fields: fields.collect(),
        }
    }

    /// The first value of a field.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find_map(|(at, value)| (*at == tag).then_some(value.as_str()))
    }

    /// Whether a field has this value.
    #[must_use]
    pub fn is(&self, tag: u32, value: &str) -> bool {
        self.get(tag) == Some(value)
    }

    /// A field that must be there.
    ///
    /// # Panics
    /// When it is not: the test has failed.
    #[must_use]
    pub fn must(&self, tag: u32) -> &str {
        let Some(value) = self.get(tag) else {
            panic!("no field {tag} in {self:?}")
        };
        value
    }

    /// A field that must be a whole number.
    ///
    /// # Panics
    /// When it is not: the test has failed.
    #[must_use]
    pub fn number(&self, tag: u32) -> u64 {
        let value = self.must(tag);
        value
            .parse()
            .unwrap_or_else(|_| panic!("{tag}={value} is no whole number"))
    }

    /// What it says, without the fields that belong to one transmission of it.
    #[must_use]
    pub fn content(&self) -> String {
        let lasting = self
            .fields
            .iter()
            .filter(|(tag, _)| !OF_TRANSMISSION.contains(tag));
        let written = lasting.map(|(tag, value)| format!("{tag}={value}|"));
        written.collect()
    }

    /// Whether it says of itself that it may have come before: PossDupFlag(43)=Y or PossResend(97)=Y.
    #[must_use]
    pub fn may_be_known(&self) -> bool {
        self.is(tags::POSS_DUP_FLAG, "Y") || self.is(tags::POSS_RESEND, "Y")
    }
}
