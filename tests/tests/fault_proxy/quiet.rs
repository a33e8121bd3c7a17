//! A member on a wire of its own, while others have their troubles: it is answered, in order and without a gap.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use tests::member::{Member, Terms};
use tokio::task::JoinHandle;

/// Not one of those who trade over the bad wire.
const NAME: &str = "CLIENT16";

/// Not what those trade.
const SYMBOL: &str = "BENCH.D";

/// Between an answer and the next order: the machine is the others' too.
const PACE: Duration = Duration::from_millis(10);

/// The member at its work.
pub(crate) struct Quiet {
    enough: Arc<AtomicBool>,
    work: JoinHandle<String>,
}

/// Orders one after the other, each after the answer to the one before.
pub(crate) fn trade(address: SocketAddr) -> Quiet {
    let enough = Arc::new(AtomicBool::new(false));
    let seen_enough = Arc::clone(&enough);
    let work = tokio::spawn(async move {
        let mut member = Member::new(NAME);
        member.connect(address).await.expect("the venue is there");
        let terms = Terms {
            symbol: SYMBOL,
            side: Side::Buy,
            quantity: 1,
            cents: 100,
            time_in_force: TimeInForce::Day,
        };
        let mut count = 0_u64;
        let mut last = None;
        while !seen_enough.load(Ordering::Relaxed) {
            count += 1;
            let id = format!("quiet-{count}");
            let sent = member.order(&id, &terms).await;
            sent.expect("nothing happens to this connection");
            let answer = member.answer(&id).await;
            assert!(answer.is(tags::EXEC_TYPE, "0"), "{answer:?}");
            assert!(!answer.may_be_known(), "nothing is sent again: {answer:?}");
            let number = answer.number(tags::MSG_SEQ_NUM);
            let between = last.map_or(1, |last| number - last);
            // A heartbeat may lie between two answers.
            assert!(
                (1..=3).contains(&between),
                "{between} numbers to {answer:?}"
            );
            last = Some(number);
            tokio::time::sleep(PACE).await;
        }
        member.client().logout().await.expect("it still stands");
        eprintln!("{count} orders of a member that saw nothing of it");
        format!("quiet-{count}")
    });
    Quiet { enough, work }
}

impl Quiet {
    /// Ends its work, which must have gone well; gives the ClOrdID(11) of its last order.
    pub(crate) async fn finish(self) -> String {
        self.enough.store(true, Ordering::Relaxed);
        self.work.await.expect("nothing disturbed it")
    }
}
