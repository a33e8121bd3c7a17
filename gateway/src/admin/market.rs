//! How the operators' channel changes the market, and reads it: a change is a journaled command, and its answer is what that
//! command caused, when it is durable.

use std::time::Duration;

use engine::{
    Command, CommandNumber, Engine, EventBody, IgnoreReason, Input, OperatorName, Origin,
    Timestamp, Trade, TradeId,
};
use sequencer::{CommandSender, EventLog, EventReader, ReadError};

use super::executed;
use super::refused::Refused;

/// How long a change may take to become durable.
const PATIENCE: Duration = Duration::from_secs(30);

/// The market, as operators reach it.
#[derive(Clone)]
pub(crate) struct Market {
    commands: CommandSender,
    events: EventLog,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed<T> {
    /// The command that made it.
    pub(super) command: CommandNumber,
    /// When.
    pub(super) time: Timestamp,
    /// What became of it.
    pub(super) answer: T,
}

impl Market {
    /// The market behind this queue, which publishes there.
    pub(crate) fn new(commands: CommandSender, events: EventLog) -> Self {
        Self { commands, events }
    }

    /// Has the market carry out a command for an operator, and waits until it is durable. `answer` finds the answer among
    /// the events that the command causes: it is shown one after the other until it knows one.
    ///
    /// # Errors
    /// When the market does not do it, or does not answer in time.
    pub(super) async fn change<T>(
        &self,
        name: OperatorName,
        command: Command,
        answer: impl Fn(&EventBody) -> Option<T>,
    ) -> Result<Changed<T>, Refused> {
        let mut reader = self.events.reader(self.events.end());
        let input = Input {
            origin: Origin::Operator { name },
            command,
        };
        let submitted = self.commands.submit_numbered(input);
        let number = tokio::time::timeout(PATIENCE, submitted).await;
        let number = number
            .map_err(|_| Refused::unanswered("the market did not answer in 30 seconds"))??;
        let found = answered(&mut reader, number, answer).await;
        found.map_err(|error| Refused::unanswered(&error.to_string()))?
    }

    /// Reads the market. It waits meanwhile, so `look` looks at little.
    ///
    /// # Errors
    /// When the venue stops.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        Ok(self.commands.look(look).await?)
    }

    /// A trade as it was executed.
    ///
    /// # Errors
    /// When there is none, or the event log cannot be read back to it.
    pub(super) async fn executed(&self, trade: TradeId) -> Result<Trade, Refused> {
        let found = executed::executed(&self.events, trade).await;
        let found = found.map_err(|error| Refused::unreadable_log(&error))?;
        found.ok_or_else(|| {
            Refused::unknown(
                format!("there is no trade {trade} in the event log, as far as it is kept"),
                "look it up in the reports of its parties: SecondaryExecID(527)",
            )
        })
    }
}

/// What a command has caused, whose events are published already.
async fn answered<T>(
    reader: &mut EventReader,
    number: CommandNumber,
    answer: impl Fn(&EventBody) -> Option<T>,
) -> Result<Result<Changed<T>, Refused>, ReadError> {
    loop {
        let batch = reader.next().await?;
        let mut caused = batch
            .events()
            .iter()
            .filter(|event| event.cause == number)
            .peekable();
        if caused.peek().is_none() {
            continue;
        }
        let found = caused.find_map(|event| {
            if let Some(reason) = ignored(&event.body) {
                return Some(Err(Refused::ignored(reason)));
            }
            let answer = answer(&event.body)?;
            Some(Ok(Changed {
                command: number,
                time: event.time,
                answer,
            }))
        });
        // All events of a command are in one batch.
        return Ok(found.unwrap_or_else(|| Err(Refused::failed())));
    }
}

/// Why a command of an operator changed nothing, if that is what an event says.
fn ignored(body: &EventBody) -> Option<IgnoreReason> {
    if let EventBody::Ignored {
        origin: Origin::Operator { .. },
        reason,
    } = body
    {
        Some(*reason)
    } else {
        None
    }
}
