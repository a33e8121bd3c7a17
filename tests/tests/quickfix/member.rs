//! A member of the venue whose engine is QuickFIX: a process that may be killed and started again over the same
//! message store, and all that this member ever learned from the venue.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long the next thing may take to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many of the last happenings are told when one fails to come.
const RECENT: usize = 20;

/// A message as fields.
#[derive(Clone)]
pub(crate) struct Message(Vec<(u32, String)>);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = self.0.iter();
        fields.try_for_each(|(tag, value)| write!(f, "{tag}={value}|"))
    }
}

/// What the client says that happened.
#[derive(Debug)]
enum Happening {
    LoggedOn,
    LoggedOut,
    Received(Message),
    Sent(Message),
}

/// A member.
pub(crate) struct Member {
    name: &'static str,
    client: &'static Path,
    settings: PathBuf,
    running: Option<Running>,
    pub(crate) logged_on: bool,
    /// Every report ever taken, by ExecID(17), as it came first.
    reports: BTreeMap<String, Message>,
    /// The ExecID(17) that each MsgSeqNum(34) has stood for.
    numbers: BTreeMap<u64, String>,
    /// How many reports came with PossDupFlag(43)=Y.
    pub(crate) resent: usize,
    /// How often this member refused a message of the venue's, which it must not.
    refused: usize,
    /// Text(58) of every Logout(5) of the venue's.
    pub(crate) logouts: Vec<String>,
    /// Whether it may ask for both numbers to start again.
    may_reset: bool,
    /// Whether the venue may start its numbers again.
    pub(crate) may_be_reset: bool,
    /// What notices, Logouts and answers about phases said.
    pub(crate) told: Vec<String>,
    recent: VecDeque<String>,
}

struct Running {
    child: Child,
    happenings: Receiver<Happening>,
}

impl Member {
    /// A member that is not running yet, with an empty store in a folder of its own under `folder`.
    pub(crate) fn new(
        client: &'static Path,
        folder: &Path,
        (name, venue): (&'static str, &str),
        address: SocketAddr,
        dictionary: &Path,
    ) -> Self {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("a scratch folder can be made");
        let settings = folder.join("settings");
        let (port, store, dictionary) = (address.port(), folder.display(), dictionary.display());
        // Weekly, so that no midnight resets it.
        let text = format!(
            "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\n\
             [SESSION]\n\
             SocketConnectHost=127.0.0.1\nSocketConnectPort={port}\n\
             HeartBtInt=30\nResetOnLogon=N\n\
             StartDay=Sunday\nStartTime=00:00:00\nEndDay=Sunday\nEndTime=00:00:00\n\
             BeginString=FIX.4.4\nSenderCompID={name}\nTargetCompID={venue}\nFileStorePath={store}\n\
             UseDataDictionary=Y\nDataDictionary={dictionary}\nValidateUserDefinedFields=N\n"
        );
        fs::write(&settings, text).expect("a scratch folder can be written");
        Self {
            name,
            client,
            settings,
            running: None,
            logged_on: false,
            reports: BTreeMap::new(),
            numbers: BTreeMap::new(),
            resent: 0,
            refused: 0,
            logouts: Vec::new(),
            may_reset: false,
            may_be_reset: false,
            told: Vec::new(),
            recent: VecDeque::new(),
        }
    }

    /// Starts the process and waits until it is logged on, with the sequence numbers that it has in its store.
    pub(crate) fn log_on(&mut self) {
        self.start();
        self.wait("log on", |member| member.logged_on);
    }

    /// Starts the process.
    pub(crate) fn start(&mut self) {
        let mut command = Command::new(self.client);
        command.arg(&self.settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the client can be run");
        let lines = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let (sender, happenings) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // After a kill nobody listens.
                drop(sender.send(Happening::read(&line)));
            }
        });
        self.running = Some(Running { child, happenings });
    }

    /// From its next start on it asks for both numbers to start again with every Logon.
    pub(crate) fn reset_on_logon(&mut self) {
        self.may_reset = true;
        let text = fs::read_to_string(&self.settings).expect("the settings can be read");
        let text = text.replace("ResetOnLogon=N", "ResetOnLogon=Y");
        fs::write(&self.settings, text).expect("the settings can be written");
    }

    /// Forgets, while it is not running, which number it expects next.
    pub(crate) fn lose_incoming_number(&self) {
        let numbers = self.stored().find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "seqnums")
        });
        let numbers = numbers.expect("QuickFIX keeps its numbers in a file");
        let text = fs::read_to_string(&numbers).expect("the numbers can be read");
        let (outgoing, _) = text.split_once(':').expect("two numbers");
        fs::write(&numbers, format!("{outgoing}: 0000000001")).expect("they can be written");
    }

    /// Forgets, while it is not running, everything that QuickFIX has kept.
    pub(crate) fn lose_store(&self) {
        for path in self.stored() {
            fs::remove_file(path).expect("the store can be removed");
        }
    }

    /// The files of QuickFIX's store.
    fn stored(&self) -> impl Iterator<Item = PathBuf> {
        let folder = self
            .settings
            .parent()
            .expect("the settings are in a folder");
        let entries = fs::read_dir(folder).expect("the folder can be listed");
        let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
        let settings = self.settings.clone();
        paths.filter(move |path| *path != settings)
    }

    /// Ends the process as a crash would, and takes note of what it had said before.
    pub(crate) fn kill(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        running.child.kill().expect("the client can be killed");
        running.child.wait().expect("the client can be waited for");
        running
            .happenings
            .iter()
            .for_each(|happening| self.note(happening));
        self.logged_on = false;
    }

    /// Logs out, and ends the process in good order.
    pub(crate) fn log_out(&mut self) {
        self.command("logout");
        self.wait("log out", |member| !member.logged_on);
        let mut running = self.running.take().expect("the client runs");
        drop(running.child.stdin.take());
        let ended = running.child.wait().expect("the client can be waited for");
        assert!(
            ended.success(),
            "{}'s client has failed: {ended}",
            self.name
        );
    }

    /// Sends an order for `quantity` of `symbol` at 10.
    pub(crate) fn order(&mut self, id: &str, side: Side, quantity: u32, symbol: &str) {
        self.order_with(id, side, quantity, symbol, "");
    }

    /// As [`order`](Self::order), with more fields.
    pub(crate) fn order_with(
        &mut self,
        id: &str,
        side: Side,
        quantity: u32,
        symbol: &str,
        more: &str,
    ) {
        let side = side.code();
        self.command(&format!(
            "send D 11={id} 55={symbol} 54={side} 38={quantity} 40=2 44=10 {more}"
        ));
    }

    /// Asks to cancel the buy order `of`.
    pub(crate) fn cancel(&mut self, id: &str, of: &str, symbol: &str) {
        self.command(&format!("send F 11={id} 41={of} 55={symbol} 54=1 38=1"));
    }

    /// Sends a message of these fields, `TYPE TAG=VALUE ...`, that has no TransactTime(60).
    pub(crate) fn ask(&mut self, message: &str) {
        self.command(&format!("ask {message}"));
    }

    fn command(&mut self, line: &str) {
        let running = self.running.as_mut().expect("the client runs");
        let input = running.child.stdin.as_mut().expect("its input is a pipe");
        writeln!(input, "{line}").expect("the client takes commands");
    }

    /// Waits until `done`.
    #[track_caller]
    pub(crate) fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            let running = self.running.as_ref().expect("the client runs");
            match running.happenings.recv_timeout(PATIENCE) {
                Ok(happening) => self.note(happening),
                Err(error @ (RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)) => {
                    let recent: Vec<String> = self.recent.drain(..).collect();
                    let recent = recent.join("\n");
                    panic!(
                        "{} did not {what}: {error}; the last it said:\n{recent}",
                        self.name
                    );
                }
            }
        }
    }

    /// Waits for a report of this ExecType(150) about the order `id`, and gives it.
    #[track_caller]
    pub(crate) fn wait_for_report(&mut self, exec_type: &str, id: &str) -> Message {
        let found = |member: &Self| {
            member
                .reports
                .values()
                .find(|report| report.get(11) == id && report.get(150) == exec_type)
                .cloned()
        };
        self.wait(
            &format!("get a report {exec_type} of order {id}"),
            |member| found(member).is_some(),
        );
        found(self).expect("it was found")
    }

    /// The fills of all orders whose ClOrdID(11) starts so.
    pub(crate) fn fills<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a Message> {
        self.reports
            .values()
            .filter(move |report| report.get(150) == "F" && report.get(11).starts_with(start))
    }

    fn note(&mut self, happening: Happening) {
        self.recent.push_back(format!("{happening:?}"));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        match happening {
            Happening::LoggedOn => self.logged_on = true,
            Happening::LoggedOut => self.logged_on = false,
            Happening::Received(message) if message.get(35) == "8" => self.note_report(message),
            Happening::Received(message) => {
                let msg_type = message.get(35);
                if msg_type == "5" {
                    self.logouts.push(message.get(58).to_owned());
                }
                let said = [("B", 148), ("5", 58), ("f", 326), ("h", 340)].into_iter();
                let said = said.filter(|(kind, _)| *kind == msg_type);
                self.told
                    .extend(said.map(|(_, tag)| message.get(tag).to_owned()));
                assert!(
                    !matches!(msg_type, "3" | "j"),
                    "{} was refused: {message:?}",
                    self.name
                );
            }
            Happening::Sent(message) => {
                let resets = message.get(141) == "Y";
                assert!(
                    !resets || self.may_reset || self.may_be_reset,
                    "{} resets: {message:?}",
                    self.name
                );
                if resets && self.may_be_reset {
                    self.numbers.clear();
                }
                if matches!(message.get(35), "3" | "j") {
                    eprintln!("{} refuses: {message:?}", self.name);
                    self.refused += 1;
                }
            }
        }
    }

    /// A report comes again only marked as such; a MsgSeqNum stands for one report for ever.
    fn note_report(&mut self, report: Message) {
        let again = report.get(43) == "Y" || report.get(97) == "Y";
        self.resent += usize::from(report.get(43) == "Y");
        let id = report.get(17).to_owned();
        let number = report.get(34).parse().expect("MsgSeqNum is a number");
        let known = self.numbers.insert(number, id.clone());
        assert!(
            known.is_none_or(|known| known == id),
            "{}: number {number} stands for two reports: {report:?}",
            self.name
        );
        let first = self.reports.entry(id);
        if let std::collections::btree_map::Entry::Occupied(_) = first {
            assert!(again, "{}: doubled: {report:?}", self.name);
        }
        first.or_insert(report);
    }

    /// Nothing of the venue's was refused.
    pub(crate) fn assert_refused_nothing(&self) {
        assert_eq!(
            self.refused, 0,
            "{} refused messages of the venue",
            self.name
        );
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            drop(running.child.kill());
            drop(running.child.wait());
        }
    }
}

/// Side(54).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side {
    Buy,
    Sell,
}

impl Side {
    fn code(self) -> u8 {
        match self {
            Self::Buy => 1,
            Self::Sell => 2,
        }
    }
}

impl Happening {
    fn read(line: &str) -> Self {
        match line.split_at(1.min(line.len())) {
            ("+", _) => Self::LoggedOn,
            ("-", _) => Self::LoggedOut,
            ("<", message) => Self::Received(Message::read(message)),
            (">", message) => Self::Sent(Message::read(message)),
            _ => panic!("the client says {line:?}"),
        }
    }
}

impl Message {
    fn read(text: &str) -> Self {
        let fields = text.trim().split('|').filter_map(|field| {
            let (tag, value) = field.split_once('=')?;
            Some((tag.parse().ok()?, value.to_owned()))
        });
        Self(fields.collect())
    }

    /// The value of the first field with this tag; empty when there is none.
    pub(crate) fn get(&self, tag: u32) -> &str {
        let field = self.0.iter().find(|(other, _)| *other == tag);
        field.map_or("", |(_, value)| value)
    }
}
