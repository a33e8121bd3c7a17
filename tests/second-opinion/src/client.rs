//! The other engine as a member of the venue: what it is told to do, what it gets, and what it says. Anything that it
//! finds wrong fails the test.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quickfix_tokio::{
    Engine, FileStoreFactory, Log, LogFactory, Message, SessionEvent, SessionHandle, SessionId,
    Settings, UtcTimestamp, event_channel,
};
use tokio::sync::mpsc::UnboundedReceiver;

/// The venue's CompID.
const VENUE: &str = "CLOUDPIT";

/// What is traded: a test instrument.
const SYMBOL: &str = "BENCH.A";

/// The tags that are read and written here.
mod tags {
    pub(super) const CL_ORD_ID: i32 = 11;
    pub(super) const ORDER_QTY: i32 = 38;
    pub(super) const ORD_TYPE: i32 = 40;
    pub(super) const PRICE: i32 = 44;
    pub(super) const SIDE: i32 = 54;
    pub(super) const SYMBOL: i32 = 55;
    pub(super) const TIME_IN_FORCE: i32 = 59;
    pub(super) const TRANSACT_TIME: i32 = 60;
    pub(super) const TEST_REQ_ID: i32 = 112;
    pub(super) const EXEC_TYPE: i32 = 150;
}

/// One life of the engine.
pub(crate) struct Client {
    engine: Engine,
    session: SessionHandle,
    events: UnboundedReceiver<SessionEvent>,
    talk: Talk,
}

/// What goes over the wire, and what the engine says to itself, line by line.
type Talk = Arc<Mutex<Vec<String>>>;

impl Client {
    /// Starts the engine with the store in `folder`, and waits for its Logon.
    pub(crate) async fn start(
        name: &str,
        venue: SocketAddr,
        folder: &Path,
        dictionary: &Path,
    ) -> Self {
        let settings = format!(
            "[SESSION]\nConnectionType=initiator\nBeginString=FIX.4.4\nSenderCompID={name}\nTargetCompID={VENUE}\n\
             SocketConnectHost={}\nSocketConnectPort={}\nHeartBtInt=1\nReconnectInterval=1\nTimestampPrecision=6\n\
             UseDataDictionary=Y\nDataDictionary={}\nValidateFieldsOutOfOrder=Y\nValidateFieldsHaveValues=Y\n\
             ValidateUserDefinedFields=Y\n",
            venue.ip(),
            venue.port(),
            dictionary.display()
        );
        let settings = Settings::parse(&settings).expect("the settings are right");
        let (application, events) = event_channel();
        let talk = Talk::default();
        let store = FileStoreFactory::new(folder.join(name));
        let log = Listening(Arc::clone(&talk));
        let engine = Engine::start(
            &settings,
            Arc::new(application),
            Arc::new(store),
            Arc::new(log),
        );
        let engine = engine.await.expect("the engine starts");
        let session = engine.session("FIX.4.4", name, VENUE);
        let session = session.expect("the session is configured");
        let mut client = Self {
            engine,
            session,
            events,
            talk,
        };
        client
            .until(|event| matches!(event, SessionEvent::LoggedOn(_)).then_some(()))
            .await;
        client
    }

    /// Logs out and stops; the numbers that it goes on with, its own and the venue's.
    pub(crate) async fn stop(mut self) -> (u64, u64) {
        self.session.logout().await.expect("the engine runs");
        self.until(|event| matches!(event, SessionEvent::LoggedOut(_)).then_some(()))
            .await;
        let status = self.session.status().await.expect("the engine runs");
        self.engine.stop().await;
        let talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        let complaint = talk.iter().find(|line| is_complaint(line));
        assert_eq!(complaint, None, "after\n{}", talk.join("\n"));
        (status.next_sender_seq_num, status.next_target_seq_num)
    }

    /// Sends an order at 10.00.
    pub(crate) async fn order(&self, id: &str, side: char, quantity: u32) {
        let mut order = Message::with_type("D");
        order.set(tags::CL_ORD_ID, id);
        order.set(tags::SYMBOL, SYMBOL);
        order.set(tags::SIDE, side);
        order.set(tags::TRANSACT_TIME, UtcTimestamp::now());
        order.set(tags::ORDER_QTY, quantity);
        order.set(tags::ORD_TYPE, '2');
        order.set(tags::PRICE, "10.00");
        order.set(tags::TIME_IN_FORCE, '0');
        self.session.send(order).await.expect("it is sent");
    }

    /// Sends a TestRequest(1).
    pub(crate) async fn ask(&self, id: &str) {
        let mut request = Message::with_type("1");
        request.set(tags::TEST_REQ_ID, id);
        self.session.send(request).await.expect("it is sent");
    }

    /// Leaves out some of its own numbers.
    pub(crate) async fn skip_numbers(&self, count: u64) {
        let status = self.session.status().await.expect("the engine runs");
        let next = status.next_sender_seq_num + count;
        let set = self.session.set_next_sender_seq_num(next).await;
        set.expect("the engine runs");
    }

    /// The next report on an order; it must be of this ExecType(150).
    pub(crate) async fn report(&mut self, id: &str, exec_type: &str) -> Message {
        let report = self
            .until(|event| match event {
                SessionEvent::App(message, _) if value(&message, tags::CL_ORD_ID) == id => {
                    Some(message)
                }
                SessionEvent::App(..)
                | SessionEvent::Admin(..)
                | SessionEvent::Created(_)
                | SessionEvent::LoggedOn(_)
                | SessionEvent::LoggedOut(_) => None,
            })
            .await;
        assert_eq!(value(&report, tags::EXEC_TYPE), exec_type);
        report
    }

    /// Waits for an administrative message; of this TestReqID(112), if one is given.
    pub(crate) async fn admin(&mut self, msg_type: &str, test_req_id: Option<&str>) {
        self.until(|event| {
            let SessionEvent::Admin(message, _) = event else {
                return None;
            };
            let is_it = message.msg_type().is_ok_and(|got| got == msg_type)
                && test_req_id.is_none_or(|id| value(&message, tags::TEST_REQ_ID) == id);
            is_it.then_some(())
        })
        .await;
    }

    /// What `wanted` finds in the first event that has it.
    async fn until<T>(&mut self, wanted: impl Fn(SessionEvent) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the engine runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        match tokio::time::timeout(LIMIT, found).await {
            Ok(found) => found,
            Err(_) => {
                let talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("it never came; the engine:\n{}", talk.join("\n"));
            }
        }
    }
}

/// Nothing here takes longer.
const LIMIT: Duration = Duration::from_secs(30);

/// A value of a message's body; empty when it has none.
pub(crate) fn value(message: &Message, tag: i32) -> String {
    message.body.get_string(tag).unwrap_or_default()
}

/// A value of a message's header; empty when it has none.
pub(crate) fn header(message: &Message, tag: i32) -> String {
    message.header.get_string(tag).unwrap_or_default()
}

/// Whether the engine has found something wrong with what it got: Reject(3), BusinessMessageReject(j), a Logout(5) that
/// says why.
fn is_complaint(line: &str) -> bool {
    line.starts_with('>')
        && (["|35=3|", "|35=j|"].iter().any(|kind| line.contains(kind))
            || line.contains("|35=5|") && line.contains("|58="))
}

/// Makes the logs of the engine's sessions.
struct Listening(Talk);

impl LogFactory for Listening {
    fn create(&self, _: &SessionId) -> quickfix_tokio::Result<Box<dyn Log>> {
        Ok(Box::new(Ear(Arc::clone(&self.0))))
    }
}

/// Writes down what a session says.
struct Ear(Talk);

impl Ear {
    fn note(&self, mark: char, what: &str) {
        let mut talk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        talk.push(format!("{mark} {}", what.replace('\u{1}', "|")));
    }
}

impl Log for Ear {
    fn on_incoming(&mut self, raw: &[u8]) {
        self.note('<', &String::from_utf8_lossy(raw));
    }

    fn on_outgoing(&mut self, raw: &[u8]) {
        self.note('>', &String::from_utf8_lossy(raw));
    }

    fn on_event(&mut self, event: &str) {
        self.note('!', event);
    }
}
