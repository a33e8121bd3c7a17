//! A message store that a venue finds at its start: as if it had sent these reports before.

use std::path::Path;

use fix_codec::messages::ExecutionReport;
use fix_codec::values::{ExecType, OrdStatus, Side};
use fix_session::{Outputs, Resume, SendOptions, Session, Settings};
use gateway::clock;
use gateway::store::{Opening, Outgoing, Store};
use rust_decimal::Decimal;

use crate::ground::SYMBOL;
use crate::member::VENUE;

/// Reports in one write.
const BATCH: u64 = 1_000;

/// Puts reports with the numbers 1 to `count` into the store in `folder`, whose stop was clean.
///
/// # Panics
/// When the store cannot be made: no test can run then.
pub fn fill(folder: &Path, client: &str, count: u64) {
    let opening = Opening::at(clock::now());
    let (mut store, _) = Store::open(folder, &opening).expect("a new store can be made");
    let settings = Settings::acceptor(VENUE, client);
    let mut session = Session::new(settings, Resume::default());
    let mut outputs = Outputs::new();
    let mut made = 0;
    while made < count {
        for _ in 0..BATCH.min(count - made) {
            made += 1;
            send(&mut session, made, &mut outputs);
        }
        let messages = outputs.stored.iter().map(|stored| Outgoing {
            msg_seq_num: stored.msg_seq_num,
            resendable: stored.resendable,
            cause: 0,
            bytes: outputs.bytes(stored),
        });
        store.append(messages).expect("the store takes them");
        outputs.clear();
        store
            .upkeep(clock::now(), None)
            .expect("the store can be kept");
    }
    store.close().expect("the store can be closed");
}

fn send(session: &mut Session, number: u64, outputs: &mut Outputs) {
    let id = format!("old-{number}");
    let report = ExecutionReport {
        cl_ord_id: Some(&id),
        order_qty: Some(Decimal::ONE),
        price: Some(Decimal::TEN),
        transact_time: Some(clock::now()),
        ..ExecutionReport::new(
            &id,
            &id,
            ExecType::New,
            OrdStatus::New,
            SYMBOL,
            Side::Buy,
            Decimal::ONE,
            Decimal::ZERO,
            Decimal::ZERO,
        )
    };
    session.send(clock::now(), &report, SendOptions::default(), outputs);
}
