//! What is journaled of a client's coming and going, and what its Logon is answered, without any venue.

use std::time::Duration;

use super::*;

fn watching(scope: Option<CancelScope>, client_chooses: bool, connection: Connection) -> Watching {
    let config = OnDisconnect {
        scope,
        client_chooses,
        ..OnDisconnect::DEFAULT
    };
    Watching::new(config, connection)
}

fn policy(scope: CancelScope) -> CancelOnDisconnect {
    CancelOnDisconnect {
        scope,
        grace: Duration::from_secs(10),
        spares_good_till: true,
        on_logout: true,
    }
}

/// The value of 8013 as a character, `-` for none.
fn letter(value: Option<CancelOrdersOnDisconnect>) -> char {
    value.map_or('-', |value| char::from(value.code()))
}

/// What becomes of a Logon in few words: when it is answered with what, or what it should have asked for.
fn tell(watching: &mut Watching) -> String {
    match watching.admit() {
        Ok((Admission::Now, answer)) => format!("now {}", letter(answer)),
        Ok((Admission::After(found), answer)) => {
            let scope = found.map(|found| found.scope);
            assert_eq!(found, scope.map(policy));
            format!("after {} {}", letter(Some(code(scope))), letter(answer))
        }
        Err(NotAllowed(needed)) => format!("refused {}", letter(Some(needed))),
    }
}

#[test]
fn what_is_in_force_and_what_is_answered() {
    let session = Some(CancelScope::Session);
    let firm = Some(CancelScope::Firm);
    for (configured, chooses, asked, expected) in [
        (None, true, b'-', "now -"),
        (None, true, b'N', "now N"),
        (None, true, b'S', "after S S"),
        (None, true, b'Y', "after Y Y"),
        (None, false, b'S', "refused N"),
        (None, false, b'N', "now N"),
        (session, true, b'-', "after S S"),
        (session, true, b'N', "now N"),
        (session, false, b'N', "refused S"),
        (session, false, b'Y', "refused S"),
        (firm, false, b'Y', "after Y Y"),
        (firm, false, b'-', "after Y Y"),
    ] {
        let mut watching = watching(configured, chooses, Connection::Unwatched);
        watching.ask(CancelOrdersOnDisconnect::from_code(asked));
        assert_eq!(
            tell(&mut watching),
            expected,
            "{configured:?} {chooses} {asked}"
        );
    }
    let text = NotAllowed(CancelOrdersOnDisconnect::Session).to_string();
    assert_eq!(text, "CancelOrdersOnDisconnect(8013) must be S or absent");
}

#[test]
fn a_loss_before_is_called_off_whatever_the_client_asks_for_now() {
    let lost = Connection::Lost {
        policy: policy(CancelScope::Session),
        deadline: engine::Timestamp::from_nanos(7),
    };
    for connection in [lost, Connection::Watched(policy(CancelScope::Firm))] {
        let mut watching = watching(None, true, connection);
        assert_eq!(tell(&mut watching), "after N -");
        assert_eq!(watching.go(Ended::Broken), None);
        // Said once.
        assert_eq!(tell(&mut watching), "now -");
    }
    let mut watching = watching(None, true, Connection::Unwatched);
    watching.ask(Some(CancelOrdersOnDisconnect::Session));
    assert_eq!(tell(&mut watching), "after S S");
    assert!(watching.go(Ended::Broken).is_some());
    watching.ask(None);
    assert_eq!(tell(&mut watching), "after N -");
}

#[test]
fn a_logon_waits_for_the_latest_coming() {
    let mut watching = watching(Some(CancelScope::Session), true, Connection::Unwatched);
    assert!(!watching.is_awaiting());
    assert!(watching.admit().is_ok());
    assert!(watching.is_awaiting());
    assert!(watching.has_come());
    // A client that was lost before its coming was durable, and came again.
    assert!(watching.admit().is_ok());
    assert!(watching.go(Ended::Broken).is_some());
    assert!(watching.admit().is_ok());
    assert!(!watching.has_come());
    assert!(watching.has_come());
    assert!(!watching.is_awaiting());
}

#[test]
fn a_going_is_told_once_and_how() {
    for (status, ended, why) in [
        (
            Status::LoggedOn,
            Ended::ClosedByClient,
            DisconnectCause::Lost,
        ),
        (
            Status::LoggedOn,
            Ended::SlowConsumer,
            DisconnectCause::ByVenue,
        ),
        (
            Status::LoggedOn,
            Ended::By(DisconnectReason::LoggedOut),
            DisconnectCause::LoggedOut,
        ),
        (
            Status::LoggingOut,
            Ended::By(DisconnectReason::LoggedOut),
            DisconnectCause::ByVenue,
        ),
        (
            Status::LoggedOn,
            Ended::By(DisconnectReason::TestRequestTimeout),
            DisconnectCause::Lost,
        ),
        (
            Status::LoggingOut,
            Ended::By(DisconnectReason::LogoutTimeout),
            DisconnectCause::ByVenue,
        ),
    ] {
        let mut watching = watching(Some(CancelScope::Session), true, Connection::Unwatched);
        assert_eq!(watching.go(ended), None, "it was never there");
        assert!(watching.admit().is_ok());
        watching.note(status);
        assert_eq!(watching.go(ended), Some(why), "{status:?} {ended:?}");
        assert_eq!(watching.go(ended), None);
    }
    // A logout by the venue is forgotten with its connection.
    let mut watching = watching(Some(CancelScope::Session), true, Connection::Unwatched);
    assert!(watching.admit().is_ok());
    watching.note(Status::LoggingOut);
    assert!(watching.go(Ended::Broken).is_some());
    assert!(watching.admit().is_ok());
    let logged_out = watching.go(Ended::By(DisconnectReason::LoggedOut));
    assert_eq!(logged_out, Some(DisconnectCause::LoggedOut));
}

#[test]
fn after_the_end_of_its_hours_no_client_is_lost() {
    for ended in [
        Ended::By(DisconnectReason::LoggedOut),
        Ended::By(DisconnectReason::LogoutTimeout),
        Ended::ClosedByClient,
        Ended::Broken,
        Ended::SlowConsumer,
    ] {
        let mut watching = watching(Some(CancelScope::Session), true, Connection::Unwatched);
        assert!(watching.admit().is_ok());
        watching.close_hours();
        watching.note(Status::LoggingOut);
        assert_eq!(watching.go(ended), Some(DisconnectCause::HoursOver));
        // The next client can be lost again.
        assert!(watching.admit().is_ok());
        assert_eq!(watching.go(Ended::Broken), Some(DisconnectCause::Lost));
    }
}
