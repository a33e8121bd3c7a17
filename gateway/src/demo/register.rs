//! What the venue's register says, read from the events that it has published.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use engine::{Event, EventBody};
use sequencer::{EventLog, EventPosition, EventReader};

/// Who is entitled to which slot, as far as the events were read.
pub(super) struct Register {
    reader: EventReader,
    holders: BTreeMap<String, Holder>,
}

/// Who is entitled to a slot, and what runs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// The account.
    pub(super) account: String,
    /// The instance.
    pub(super) instance: String,
}

impl Register {
    /// The register of the venue that publishes `events`.
    pub(super) fn new(events: &EventLog) -> Self {
        Self {
            reader: events.reader(EventPosition::START),
            holders: BTreeMap::new(),
        }
    }

    /// Waits until the register says of `slot` what `wanted` describes.
    pub(super) async fn until(
        &mut self,
        slot: &str,
        patience: Duration,
        wanted: impl Fn(Option<&Holder>) -> bool,
    ) -> anyhow::Result<()> {
        let waited = async {
            while !wanted(self.holders.get(slot)) {
                for event in self.reader.next().await?.events() {
                    apply(&mut self.holders, event);
                }
            }
            Ok(())
        };
        tokio::time::timeout(patience, waited)
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("it does not")))
            .with_context(|| format!("the register should say something else of {slot}"))
    }
}

fn apply(holders: &mut BTreeMap<String, Holder>, event: &Event) {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only these three events move an entitlement"
    )]
    match &event.body {
        EventBody::InstanceDeposited {
            slot,
            instance,
            account,
            ..
        } => {
            let holder = Holder {
                account: account.to_string(),
                instance: instance.to_string(),
            };
            holders.insert(slot.to_string(), holder);
        }
        EventBody::InstanceTransferred {
            slot, instance, to, ..
        } => {
            let holder = Holder {
                account: to.to_string(),
                instance: instance.to_string(),
            };
            holders.insert(slot.to_string(), holder);
        }
        EventBody::InstanceRetired { slot, .. } => {
            holders.remove(slot.as_str());
        }
        _ => {}
    }
}
