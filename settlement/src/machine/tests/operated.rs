//! What operators may do in each state, a line a row: facts and act, to what follows or why not.

use super::*;

fn check_acts(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (given, wanted) = line.split_once("->").expect(line);
        let (facts_text, act_text) = given.split_once('|').expect(line);
        let price = Amount::new(300).unwrap();
        let got = match operated(&facts(facts_text), price, &act(act_text.trim())) {
            Ok(decision) => show(&decision),
            Err(refusal) => format!("{refusal:?}"),
        };
        assert_eq!(got, wanted.trim(), "{line}");
    }
}

/// The act's name; of a cash-out then `taken` or `kept`, and the difference.
fn act(text: &str) -> Act {
    let words: Vec<_> = text.split_whitespace().collect();
    match words[0] {
        "suspend" => Act::Suspend,
        "resume" => Act::Resume,
        "retry" => Act::Retry,
        "reverse" => Act::Reverse,
        "cash-out" => Act::CashOut(CashOut {
            difference: words
                .iter()
                .find_map(|word| word.parse().ok())
                .and_then(Amount::new),
            instance_taken: match (words.contains(&"taken"), words.contains(&"kept")) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                (false, false) => None,
            },
        }),
        other => panic!("no such act: {other}"),
    }
}

#[test]
fn what_is_at_work_is_suspended_and_goes_on_where_it_was() {
    check_acts(
        "
        RECEIVED                     | suspend -> SUSPENDED rest
        ASKING held                  | suspend -> SUSPENDED rest held
        PLACING held                 | suspend -> SUSPENDED rest held
        SUSPENDED from:PLACING held  | resume  -> PLACING look held
        SUSPENDED from:RECEIVED      | resume  -> RECEIVED look
        SUSPENDED from:PLACING held  | retry   -> PLACING look held
        MANUAL from:TERMINATING held | retry   -> TERMINATING look held
        MANUAL from:FUNDED           | retry   -> FUNDED look
        MANUAL from:FUNDED           | resume  -> NotSuspended
        MANUAL from:FUNDED           | suspend -> StandsStill(Manual)
        SUSPENDED from:FUNDED        | suspend -> StandsStill(Suspended)
        PLACING                      | resume  -> AtWork(Placing)
        PLACING                      | retry   -> AtWork(Placing)
        MANUAL from:PLACING told-failed | retry -> ToldFailed
        SUSPENDED from:FENCED busted | resume  -> Busted
        SETTLED held                 | suspend -> Ended(Settled)
        ",
    );
}

#[test]
fn before_the_point_of_no_return_it_is_reversed_and_behind_it_ended_in_cash() {
    check_acts(
        "
        RECEIVED                      | reverse  -> BUSTED rest report:Reversed
        FENCED held                   | reverse  -> BUSTED look Void report:Reversed held
        SUSPENDED from:RECEIVED       | reverse  -> BUSTED rest report:Reversed
        MANUAL from:FUNDED            | reverse  -> BUSTED rest Void report:Reversed
        MANUAL from:FUNDED told-failed | reverse -> BUSTED rest Void
        FENCED busted                 | reverse  -> Busted
        MANUAL from:TERMINATING       | reverse  -> PastNoReturn(Terminating)
        PLACING                       | reverse  -> PastNoReturn(Placing)
        BUSTED                        | reverse  -> Ended(Busted)
        MANUAL from:FUNDED            | cash-out -> BeforeNoReturn(Funded)
        FENCED                        | cash-out -> BeforeNoReturn(Fenced)
        PLACING                       | cash-out -> AtWork(Placing)
        MANUAL from:TERMINATING       | cash-out -> InstanceUnknown
        MANUAL from:PLACING           | cash-out kept -> InstanceTaken(Placing)
        MANUAL from:PLACING           | cash-out 301 -> DifferenceTooLarge
        CASH_SETTLED                  | cash-out -> Ended(CashSettled)
        MANUAL from:PLACING held      | cash-out 300 -> CASH_SETTLED look CashOut { difference: Some(Amount(300)), instance_taken: true } report:Failed held
        SUSPENDED from:VACANT         | cash-out taken -> CASH_SETTLED rest CashOut { difference: None, instance_taken: true } report:Failed
        MANUAL from:TERMINATING       | cash-out kept 5 -> CASH_SETTLED rest CashOut { difference: Some(Amount(5)), instance_taken: false } report:Failed
        MANUAL from:STARTING told-failed | cash-out -> CASH_SETTLED rest CashOut { difference: None, instance_taken: true }
        ",
    );
}

#[test]
fn no_act_undoes_an_end_or_what_has_begun() {
    let acts = "suspend,resume,retry,reverse,cash-out,cash-out kept,cash-out taken 7";
    for state in State::ALL {
        for from in State::ALL
            .into_iter()
            .filter(|from| *from <= State::Running)
        {
            let parked = if state.is_parked() {
                format!("from:{}", from.name())
            } else {
                String::new()
            };
            for flags in ["", "held", "told-failed", "begun", "busted"] {
                let facts = facts(&format!("{} {parked} {flags}", state.name()));
                for text in acts.split(',') {
                    let Ok(decision) = operated(&facts, Amount::new(9).unwrap(), &act(text)) else {
                        continue;
                    };
                    let told = format!("{facts:?} {text} {decision:?}");
                    assert!(!state.is_end(), "{told}");
                    // Only what was never begun is undone, and only what was is ended in cash.
                    let past = facts.stage().is_past_no_return();
                    assert!(decision.state != State::Busted || !past, "{told}");
                    assert!(decision.state != State::CashSettled || past, "{told}");
                    assert!(!matches!(decision.then, Then::Call { .. }), "{told}");
                    assert_ne!(decision.cash, Some(Cash::Post), "{told}");
                    assert_eq!(decision.fence_held, facts.fence_held, "{told}");
                    assert!(
                        !decision.state.is_end()
                            || decision.cash.is_some()
                            || facts.stage() == State::Received,
                        "{told}"
                    );
                }
            }
        }
    }
}
