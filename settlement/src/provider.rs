//! What settlement asks of a provider's control plane, in words that fit any provider.
//!
//! Nothing here decides anything. A call's answer is never proof of its effect: after each call the
//! slot is observed, and only what is observed moves a reassignment on.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin};

use engine::{AccountName, ImageName, InstanceName, SlotName};

/// The tag by which an instance names the reassignment that placed it.
pub const REASSIGNMENT_TAG: &str = "cloudpit-reassignment";

/// The eventual answer of a provider.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// One control plane. Each call changes something by at most one request: no adapter repeats a call on
/// its own, since every attempt is written down before it is made.
pub trait Provider: Send + Sync {
    /// What this provider can do.
    fn capabilities(&self) -> Capabilities;

    /// The slot as it is now.
    fn observe<'a>(&'a self, slot: &'a SlotName) -> Answer<'a, SlotView>;

    /// How far an accepted task has come.
    fn task<'a>(&'a self, task: &'a str) -> Answer<'a, TaskView>;

    /// The image as this provider knows it, and whether `account` may start it.
    fn image<'a>(&'a self, image: &'a ImageName, account: &'a AccountName)
    -> Answer<'a, ImageView>;

    /// Keeps everybody else from touching the slot's instance, in the name of `order.reassignment`.
    fn fence<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted>;

    /// Takes our fence away.
    fn release<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted>;

    /// Ends the instance that occupies the slot in `order.generation`.
    fn terminate<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted>;

    /// Puts an image into the vacant slot; the slot's generation grows by one.
    fn place<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted>;

    /// Ends the instance that occupies the slot in `order.generation` and puts an image in its place, all
    /// in one call; the slot's generation grows by one. Asked only of those whose capabilities say
    /// [`replaces`](Capabilities::replaces), and in place of terminate and place.
    fn replace<'a>(&'a self, order: &'a Order, placement: &'a Placement) -> Answer<'a, Accepted> {
        let error = format!(
            "{} is not replaced by {} in one call here",
            order.slot, placement.image
        );
        Box::pin(async move { Err(ProviderError::new(Class::Denied, &error)) })
    }

    /// Starts what was placed in `order.generation`.
    fn start<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted>;

    /// Gives the vacant slot back to the provider's own pool.
    fn retire<'a>(&'a self, order: &'a Order) -> Answer<'a, Accepted>;

    /// Every instance that carries [`REASSIGNMENT_TAG`] with this value, wherever it is.
    fn tagged<'a>(&'a self, reassignment: &'a str) -> Answer<'a, Vec<InstanceView>>;

    /// Every slot that the venue holds in custody.
    fn custody(&self) -> Answer<'_, Vec<SlotView>>;
}

/// What a provider's control plane offers beside the calls themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// A slot can be fenced. Where it cannot, custody alone keeps others away.
    pub fences: bool,
    /// A call can carry a token by which its repeats are recognised.
    pub tokens: bool,
    /// An occupied slot takes another image in one call, which ends what was there.
    pub replaces: bool,
}

/// What every call that changes something carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The reassignment in whose name the slot is fenced and the instance tagged.
    pub reassignment: String,
    /// The slot to change.
    pub slot: SlotName,
    /// The slot's generation that the call is meant for.
    pub generation: u64,
    /// The idempotency token; see the `token` module.
    pub token: String,
    /// The slot goes back to the provider's pool: nothing will be placed in it.
    pub retire: bool,
}

/// What to put into a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The buyer's image.
    pub image: ImageName,
    /// The buyer's account.
    pub account: AccountName,
}

/// A provider took the order. Says nothing about its effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The task to follow, where the provider works on it after the answer.
    pub task: Option<String>,
}

/// A slot as observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// The provider's name for it.
    pub slot: SlotName,
    /// Where it is.
    pub region: String,
    /// Its class.
    pub instance_type: String,
    /// Counts the placements in this slot.
    pub generation: u64,
    /// The venue's custody of it, if it is in custody.
    pub custody: Option<Custody>,
    /// In whose name others are kept away; ours is the name of a reassignment.
    pub fence: Option<String>,
    /// The provider is changing the slot now.
    pub busy: bool,
    /// What occupies it.
    pub instance: Option<InstanceView>,
}

/// Whose custody a slot is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// The custody account.
    pub account: String,
    /// The account that deposited it or holds the entitlement as the provider knows it.
    pub beneficiary: String,
}

/// An instance as observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceView {
    /// The provider's name for it.
    pub instance: InstanceName,
    /// The slot that it occupies.
    pub slot: String,
    /// The slot's generation that it belongs to.
    pub generation: u64,
    /// The account that it runs for.
    pub account: String,
    /// Digest of the image that it was made from.
    pub image_digest: String,
    /// What it is doing.
    pub phase: Phase,
    /// It answers for itself: the guest showed the right digest and nonce.
    pub ready: bool,
    /// The operating system's process, where the provider shows it.
    pub process: Option<u32>,
    /// Where the guest answers, where the provider shows it.
    pub address: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What an instance is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In the slot, not started.
    Placed,
    /// On its way up.
    Starting,
    /// Up.
    Running,
    /// Down, and could be started.
    Stopped,
    /// Gone for good.
    Terminated,
    /// Came up wrong, or not at all.
    Failed,
}

/// An image as observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageView {
    /// Digest of its bytes.
    pub digest: String,
    /// The account may start it.
    pub usable: bool,
}

/// How far a task has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskView {
    /// Not finished.
    Working,
    /// Finished well, as the provider says.
    Succeeded,
    /// Finished without effect, as the provider says.
    Failed(ProviderError),
}

/// What kind of failure a call met; this alone decides what is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Too many requests; the call had no effect and uses up no attempt.
    Throttled,
    /// The call certainly had no effect and may work later.
    Transient,
    /// Nobody knows whether the call had an effect: time-out, broken connection, 5xx, unreadable answer.
    Unknown,
    /// The slot is not in a state for this call, which may be because the call was already done.
    Conflict,
    /// The provider has no room now.
    NoCapacity,
    /// The image cannot be used.
    BadImage,
    /// We may not do this.
    Denied,
    /// There is no such thing.
    Gone,
}

impl Class {
    /// One word for records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Unknown => "unknown",
            Self::Conflict => "conflict",
            Self::NoCapacity => "no_capacity",
            Self::BadImage => "bad_image",
            Self::Denied => "denied",
            Self::Gone => "gone",
        }
    }
}

/// A failure as the provider told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// What kind it is.
    pub class: Class,
    /// The provider's words, cut to a bounded length; never holds a token.
    pub message: String,
}

impl ProviderError {
    /// How much of a provider's message is kept.
    pub const MESSAGE_CHARS_MAX: usize = 300;

    /// A failure with the provider's words.
    #[must_use]
    pub fn new(class: Class, message: &str) -> Self {
        let message = message.chars().take(Self::MESSAGE_CHARS_MAX).collect();
        Self { class, message }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.class.name(), self.message)
    }
}

impl std::error::Error for ProviderError {}
