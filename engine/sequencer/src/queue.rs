//! The way in: a queue with a limit, counted in commands. Senders wait when it is full. Beside commands it takes
//! questions, which are answered between two batches.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use engine::{Command, CommandNumber, Engine, Input};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, TryAcquireError, oneshot};

use crate::options::Options;
use crate::room::Room;
use crate::running::RunError;

/// The sequencer takes no more commands.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// What ended it; nothing if it was stopped on purpose.
    pub cause: Option<Arc<RunError>>,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.cause {
            None => write!(f, "the venue takes no more commands: it was stopped"),
            Some(cause) => write!(f, "the venue takes no more commands: {cause}"),
        }
    }
}

impl std::error::Error for Stopped {}

/// Why commands were not taken at once.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TrySubmitError {
    /// The queue has no room for all of them now; here they are back.
    #[error("the queue of commands is full")]
    Full(Vec<Input>),
    /// The sequencer takes no more commands.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// So many names of instances take about the memory of one command.
const NAMES_PER_COMMAND: usize = 8;

/// What ended the engine thread, for everyone who asks. Empty while it runs and after a stop.
pub(crate) type Cause = Arc<OnceLock<Arc<RunError>>>;

pub(crate) enum Message {
    Submit(Vec<Input>),
    /// One command whose sender waits for its number.
    SubmitNumbered(Box<Input>, oneshot::Sender<CommandNumber>),
    Look(Look),
    Stop,
}

/// What is to be read of the market.
type Look = Box<dyn FnOnce(&Engine) + Send>;

/// Who waits until a batch is durable and published.
enum Question {
    /// For the number of the command at this place in the batch.
    Number(usize, oneshot::Sender<CommandNumber>),
    /// To look at the market as it is then.
    Look(Look),
}

/// Submits commands. Clones share one queue; the commands of one sender keep their order.
#[derive(Debug, Clone)]
pub struct CommandSender {
    messages: UnboundedSender<Message>,
    // The queue itself has no limit: a permit for each command in it is the limit.
    room: Arc<Semaphore>,
    limit: u32,
    piece_limit: usize,
    disk: Room,
    cause: Cause,
}

/// The engine thread's end of the queue.
pub(crate) struct Inbox {
    messages: UnboundedReceiver<Message>,
    room: Arc<Semaphore>,
    limit: u32,
    /// What was asked with the commands that were taken last.
    questions: Vec<Question>,
}

/// A queue for as many commands as the options say, taken in pieces of at most a batch.
pub(crate) fn queue(options: &Options, disk: Room, cause: Cause) -> (CommandSender, Inbox) {
    let (limit, piece_limit) = (options.queue_limit, options.batch_limit);
    let (sender, messages) = unbounded_channel();
    let room = Arc::new(Semaphore::new(limit));
    let limit = u32::try_from(limit).expect("the options keep the limit below 2^24");
    let inbox = Inbox {
        messages,
        room: Arc::clone(&room),
        limit,
        questions: Vec::new(),
    };
    (
        CommandSender {
            messages: sender,
            room,
            limit,
            piece_limit,
            disk,
            cause,
        },
        inbox,
    )
}

impl CommandSender {
    /// Puts commands into the queue, in this order, with none of anybody else's between them if
    /// they are not more than the batch limit. Waits while the queue is full.
    ///
    /// That it returns means that the commands were taken, not that they are durable: wait for
    /// their events. If the future is dropped while it waits, none or a first part was taken.
    ///
    /// # Errors
    /// [`Stopped`] if the sequencer takes no more commands; what was not yet taken is lost.
    pub async fn submit(&self, mut inputs: Vec<Input>) -> Result<(), Stopped> {
        while inputs.len() > self.piece_limit {
            let rest = inputs.split_off(self.piece_limit);
            self.submit_piece(inputs).await?;
            inputs = rest;
        }
        self.submit_piece(inputs).await
    }

    /// As [`CommandSender::submit`], for threads outside of a runtime.
    ///
    /// # Errors
    /// As [`CommandSender::submit`].
    pub fn submit_blocking(&self, inputs: Vec<Input>) -> Result<(), Stopped> {
        block_on(self.submit(inputs))
    }

    /// Puts commands into the queue if there is room for all of them now.
    ///
    /// # Errors
    /// [`TrySubmitError::Full`] gives the commands back: there is no room, or they are more than
    /// the batch limit. [`TrySubmitError::Stopped`] if the sequencer takes no more.
    pub fn try_submit(&self, inputs: Vec<Input>) -> Result<(), TrySubmitError> {
        if inputs.len() > self.piece_limit {
            return Err(TrySubmitError::Full(inputs));
        }
        match self.room.try_acquire_many(permits(&inputs, self.limit)) {
            Ok(permit) => permit.forget(),
            Err(TryAcquireError::NoPermits) => return Err(TrySubmitError::Full(inputs)),
            Err(TryAcquireError::Closed) => return Err(self.stopped().into()),
        }
        Ok(self.send(inputs)?)
    }

    /// Submits one command and waits until it is durable and its events are published; they have the number that this
    /// gives as their cause. To read them, have a reader before. If the future is dropped while it waits, the command
    /// may be carried out all the same.
    ///
    /// # Errors
    /// [`Stopped`] if the sequencer takes no more commands, or ended before this one was durable.
    pub async fn submit_numbered(&self, input: Input) -> Result<CommandNumber, Stopped> {
        let inputs = [input];
        self.enter(permits(&inputs, self.limit)).await?;
        let [input] = inputs;
        let (tell, number) = oneshot::channel();
        self.pass(Message::SubmitNumbered(Box::new(input), tell))?;
        number.await.map_err(|_| self.stopped())
    }

    /// Looks at the market as it is between two batches: everything that it shows then is durable and published.
    /// The market waits meanwhile, so look at little, however much there is.
    ///
    /// # Errors
    /// [`Stopped`] if the sequencer takes no more commands.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.enter(1).await?;
        let (tell, seen) = oneshot::channel();
        let look = move |engine: &Engine| {
            // Whoever asked may have gone.
            drop(tell.send(look(engine)));
        };
        self.pass(Message::Look(Box::new(look)))?;
        seen.await.map_err(|_| self.stopped())
    }

    /// Whether new orders are to be submitted: false while the disk has less room than the reserve. The reserve is for
    /// cancels and for what settles trades; nothing is refused here.
    #[must_use]
    pub fn takes_orders(&self) -> bool {
        !self.disk.is_scarce()
    }

    async fn submit_piece(&self, piece: Vec<Input>) -> Result<(), Stopped> {
        self.enter(permits(&piece, self.limit)).await?;
        self.send(piece)
    }

    /// Waits for so much room, and takes it.
    async fn enter(&self, room: u32) -> Result<(), Stopped> {
        match self.room.acquire_many(room).await {
            Ok(permit) => permit.forget(),
            Err(_) => return Err(self.stopped()),
        }
        Ok(())
    }

    fn send(&self, piece: Vec<Input>) -> Result<(), Stopped> {
        self.pass(Message::Submit(piece))
    }

    fn pass(&self, message: Message) -> Result<(), Stopped> {
        self.messages.send(message).map_err(|_| self.stopped())
    }

    fn stopped(&self) -> Stopped {
        Stopped {
            cause: self.cause.get().cloned(),
        }
    }

    /// Takes no more commands; those in the queue are still carried out.
    pub(crate) fn stop(&self) {
        self.room.close();
        // It fails only if the engine thread has ended, which is what is wanted.
        drop(self.messages.send(Message::Stop));
    }
}

/// How much room a piece takes, at most all there is. A piece is at most the batch limit, which the options keep
/// below the limit of the queue.
fn permits(piece: &[Input], limit: u32) -> u32 {
    let weight: usize = piece.iter().map(weight).sum();
    u32::try_from(weight).unwrap_or(u32::MAX).min(limit)
}

/// How many commands this one counts for: an order that names many instances takes the memory of several.
fn weight(input: &Input) -> usize {
    match &input.command {
        Command::SubmitOrder(order) | Command::SubmitOrderAgain(order) => {
            1 + order.instances.len() / NAMES_PER_COMMAND
        }
        Command::ReplaceOrder(request) | Command::ReplaceOrderAgain(request) => {
            1 + request.order.instances.len() / NAMES_PER_COMMAND
        }
        Command::ListInstrument(_)
        | Command::AdmitFirm { .. }
        | Command::OpenAccount { .. }
        | Command::AdmitSession { .. }
        | Command::ResetSession { .. }
        | Command::CancelOrder(_)
        | Command::DepositInstance { .. }
        | Command::WithdrawInstance { .. }
        | Command::UpdateReassignment { .. }
        | Command::AmendTrade(_)
        | Command::EndTradingDay
        | Command::CancelOrderAgain(_)
        | Command::CancelOrders(_)
        | Command::CancelOrdersAgain(_)
        | Command::ReportOrder(_)
        | Command::ReportOrders(_)
        | Command::ConnectSession { .. }
        | Command::DisconnectSession { .. }
        | Command::FireTimers
        | Command::SetSelfMatchPrevention { .. }
        | Command::SetRiskLimits { .. }
        | Command::ReleaseRiskLimits { .. }
        | Command::BlockTrading { .. }
        | Command::ReleaseTrading { .. }
        | Command::ChangePhase(_)
        | Command::ReleaseHalt { .. }
        | Command::SetHaltPolicy { .. }
        | Command::ReleaseHaltPolicy { .. } => 1,
    }
}

impl Inbox {
    /// Moves commands from the queue into `batch` until it holds at least `limit` or the queue is
    /// empty. Waits for the first one, or for a question. Says false when there will never be another.
    pub(crate) fn fill(&mut self, batch: &mut Vec<Input>, limit: usize) -> bool {
        debug_assert!(batch.is_empty() && self.questions.is_empty());
        while batch.is_empty() && self.questions.is_empty() {
            match self.messages.blocking_recv() {
                Some(message) => self.take(message, batch),
                None => return false,
            }
        }
        while batch.len() < limit && self.questions.len() < limit {
            match self.messages.try_recv() {
                Ok(message) => self.take(message, batch),
                Err(_) => break,
            }
        }
        true
    }

    /// Answers what was asked with the batch that was filled last, whose first command has this number; none where it
    /// is empty. Call it when the batch is published.
    pub(crate) fn answer(&mut self, first: Option<CommandNumber>, engine: &Engine) {
        for question in self.questions.drain(..) {
            match question {
                Question::Number(offset, tell) => {
                    let first = first.expect("a command that waits for its number is in the batch");
                    let number = first.get() + u64::try_from(offset).expect("a batch is small");
                    // Whoever asked may have gone.
                    tell.send(CommandNumber::new(number)).ok();
                }
                Question::Look(look) => look(engine),
            }
        }
    }

    fn take(&mut self, message: Message, batch: &mut Vec<Input>) {
        match message {
            Message::Submit(inputs) => {
                self.leave(permits(&inputs, self.limit));
                batch.extend(inputs);
            }
            Message::SubmitNumbered(input, tell) => {
                self.leave(permits(std::slice::from_ref(&*input), self.limit));
                self.questions.push(Question::Number(batch.len(), tell));
                batch.push(*input);
            }
            Message::Look(look) => {
                self.leave(1);
                self.questions.push(Question::Look(look));
            }
            // What was sent before is still in the queue.
            Message::Stop => self.messages.close(),
        }
    }

    fn leave(&self, room: u32) {
        self.room
            .add_permits(usize::try_from(room).expect("32 bits fit"));
    }
}

impl Drop for Inbox {
    /// Whatever ends the engine thread, nobody waits for room for ever.
    fn drop(&mut self) {
        self.room.close();
    }
}

/// Waits for a future on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
