//! A trading day that a calendar drives, through a kill of the venue. The calendar is changed while the venue runs, so that its
//! next step is always a moment ahead, however slow the machine is.

use std::fs;

use chrono::{DateTime, DurationRound as _, TimeDelta, Timelike as _, Utc};
use fix_codec::tags;
use fix_codec::values::TimeInForce;
use gateway::clock;
use gateway::layout::Layout;
use tests::ground::{Ground, SYMBOL};
use tests::member::{Member, Seen};
use tests::venue_process::VenueProcess;

use crate::ground;
use crate::phases::{log_on, order, summary};
use crate::trading_status::{FOLLOW, ask};

/// The steps of a day, and when each is due.
struct Day {
    zone: String,
    /// What the zone's clocks show beside UTC, in hours.
    hours_ahead: i64,
    steps: [(&'static str, DateTime<Utc>); 5],
}

impl Day {
    /// In a zone where it is about noon, so that no step falls on another day; pre-open has begun, and nothing else is due
    /// for hours.
    fn begun() -> Self {
        let now = clock::now();
        let hours_ahead = 12 - i64::from(now.hour());
        let hours = TimeDelta::hours;
        Self {
            zone: match hours_ahead {
                0 => "UTC".to_owned(),
                // The signs of these names are the other way round.
                ahead if ahead > 0 => format!("Etc/GMT-{ahead}"),
                behind => format!("Etc/GMT+{}", -behind),
            },
            hours_ahead,
            steps: [
                ("pre_open", now - TimeDelta::minutes(1)),
                ("opening_auction", now + hours(1)),
                ("continuous", now + hours(2)),
                ("closing_auction", now + hours(3)),
                ("close", now + hours(4)),
            ],
        }
    }

    /// These steps come one after the other, from the next second but one on.
    fn due_now(&mut self, names: &[&str]) {
        let mut due = clock::now() + TimeDelta::seconds(1);
        for (name, at) in &mut self.steps {
            if names.contains(name) {
                due += TimeDelta::seconds(1);
                *at = due;
            }
        }
    }

    /// Writes it into the configuration, in the place of the one before.
    fn write(&self, ground: &Ground) {
        let steps = self.steps.iter().map(|(name, at)| {
            let local = *at + TimeDelta::hours(self.hours_ahead);
            let local = local.duration_trunc(TimeDelta::seconds(1));
            let local = local.expect("a time of this century");
            format!("{name} = \"{}\"\n", local.format("%H:%M:%S"))
        });
        let steps: String = steps.collect();
        ground.configure(|text| {
            let before = text.split("\n[[trading_calendars]]").next();
            let before = before.unwrap_or_default();
            format!(
                "{before}\n[[trading_calendars]]\ninstruments = [\"{SYMBOL}\"]\ntime_zone = \"{}\"\n{steps}",
                self.zone
            )
        });
    }

    /// Lets these steps come.
    fn goes_on(&mut self, names: &[&str], ground: &Ground, venue: &VenueProcess) {
        self.due_now(names);
        self.write(ground);
        venue.reload().expect("the venue runs");
    }
}

/// The answer to a question that is asked now.
async fn asked(member: &mut Member, id: &str) -> Seen {
    ask(member, id, SYMBOL, FOLLOW).await;
    let fresh = |seen: &Seen| seen.is(tags::SECURITY_STATUS_REQ_ID, id) && !seen.may_be_known();
    let mut all = member.until(fresh).await;
    all.pop().expect("it ends with what was wanted")
}

/// What comes until the instrument is in the phase of this TradingSessionSubID(625): the reports on orders, in short.
async fn until_phase(member: &mut Member, sub_id: &str) -> Vec<String> {
    let there =
        |seen: &Seen| seen.is(tags::MSG_TYPE, "f") && seen.is(tags::TRADING_SESSION_SUB_ID, sub_id);
    let all = member.until(there).await;
    let reports = all.iter().filter(|seen| seen.is(tags::MSG_TYPE, "8"));
    reports
        .map(|seen| format!("{} {}", seen.must(tags::CL_ORD_ID), summary(seen)))
        .collect()
}

#[tokio::test]
async fn a_day_by_a_calendar_through_a_kill() {
    let ground = ground();
    let mut day = Day::begun();
    day.write(&ground);
    let venue = ground.start();
    let mut seller = log_on("CLIENT1", &venue).await;
    let mut buyer = log_on("CLIENT2", &venue).await;
    let opens = asked(&mut buyer, "day").await;
    assert!(opens.is(tags::SECURITY_TRADING_STATUS, "21"), "{opens:?}");

    order(&mut seller, "offer", "sell 5 1000", TimeInForce::Day).await;
    let opening = TimeInForce::AtTheOpening;
    order(&mut buyer, "opening", "buy 3 1010", opening).await;
    order(&mut buyer, "low", "buy 4 990", opening).await;
    day.goes_on(&["opening_auction", "continuous"], &ground, &venue);
    // What the auction does comes before the phase that follows it.
    assert_eq!(
        until_phase(&mut buyer, "3").await,
        [
            "opening 150=F 39=2 59=2 151=0 31=10 851=- 378=-",
            "low 150=4 39=4 59=2 151=0 31=- 851=- 378=8",
        ]
    );
    let filled = seller.answer("offer").await;
    assert!(filled.is(tags::LEAVES_QTY, "2"), "{filled:?}");

    let close = TimeInForce::AtTheClose;
    order(&mut seller, "closing", "sell 2 1000", close).await;
    venue.kill().expect("it ran");
    for member in [&mut seller, &mut buyer] {
        member.rest().await;
    }
    let venue = ground.start();
    for member in [&mut seller, &mut buyer] {
        let connected = member.connect(venue.address()).await;
        connected.expect("the member comes back");
    }
    let open = asked(&mut buyer, "again").await;
    assert!(open.is(tags::SECURITY_TRADING_STATUS, "17"), "{open:?}");

    day.goes_on(&["closing_auction"], &ground, &venue);
    assert_eq!(until_phase(&mut buyer, "4").await, [""; 0]);
    order(&mut buyer, "bid", "buy 2 1000", close).await;
    day.goes_on(&["close"], &ground, &venue);
    assert_eq!(
        until_phase(&mut buyer, "5").await,
        ["bid 150=F 39=2 59=7 151=0 31=10 851=- 378=-"]
    );
    let cancelled =
        |seen: &Seen| seen.is(tags::CL_ORD_ID, "closing") && seen.is(tags::ORD_STATUS, "4");
    let told = seller.until(cancelled).await;
    let filled = told
        .iter()
        .find(|seen| seen.is(tags::CL_ORD_ID, "offer") && seen.is(tags::LEAVES_QTY, "0"));
    assert!(filled.is_some(), "{told:?}");
    venue.stop().expect("the venue stops");
    assert!(ground.verify().next_event.get() > 0);

    let audit = Layout::new(&ground.data()).audit();
    let audit = fs::read_to_string(audit.join("audit-000001.jsonl"));
    let audit = audit.expect("the audit log is there");
    let set = format!("trading calendar of {SYMBOL} set");
    assert_eq!(audit.matches(&set).count(), 3, "{audit}");
}
